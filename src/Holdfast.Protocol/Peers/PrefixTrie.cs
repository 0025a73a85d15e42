namespace Holdfast.Protocol.Peers;

/// <summary>
/// A path-compressed binary trie from address prefixes to peers: the longest prefix wins, in at most as many steps as the
/// address has bits, however many peers there are.
/// </summary>
internal sealed class PrefixTrie
{
    private Node? _root;

    internal Peer? Find(AddressBits address)
    {
        Peer? best = null;
        for (var node = _root; node is not null && node.Covers(address); node = node.Child(address))
        {
            best = node.Peer ?? best;
            if (node.Length == AddressBits.Width) break;
        }
        return best;
    }

    /// <summary>Gives the prefix to a peer and returns the one that had it.</summary>
    internal Peer? Set(AddressBits prefix, int length, Peer peer)
    {
        prefix &= AddressBits.Mask(length);
        ref var slot = ref _root;
        while (slot is { } node && node.Length <= length && node.Covers(prefix))
        {
            if (node.Length == length)
            {
                var before = node.Peer;
                node.Peer = peer;
                return before;
            }
            slot = ref node.ChildSlot(prefix);
        }
        var added = new Node(prefix, length) { Peer = peer };
        if (slot is { } below)
        {
            var common = Math.Min(prefix.CommonLength(below.Prefix), Math.Min(length, below.Length));
            var top = common == length ? added : new Node(prefix & AddressBits.Mask(common), common);
            top.ChildSlot(below.Prefix) = below;
            if (top != added) top.ChildSlot(prefix) = added;
            slot = top;
        }
        else
        {
            slot = added;
        }
        return null;
    }

    /// <summary>Takes the prefix from a peer, if it is that peer's.</summary>
    internal bool Remove(AddressBits prefix, int length, Peer peer)
    {
        prefix &= AddressBits.Mask(length);
        return Remove(ref _root, prefix, length, peer);
    }

    private static bool Remove(ref Node? slot, AddressBits prefix, int length, Peer peer)
    {
        if (slot is not { } node || node.Length > length || !node.Covers(prefix)) return false;
        if (node.Length == length)
        {
            if (node.Peer != peer) return false;
            node.Peer = null;
        }
        else if (!Remove(ref node.ChildSlot(prefix), prefix, length, peer))
        {
            return false;
        }
        if (node.Peer is null && (node.Zero is null || node.One is null)) slot = node.Zero ?? node.One;
        return true;
    }

    private sealed class Node(AddressBits prefix, int length)
    {
        internal readonly AddressBits Prefix = prefix;
        internal readonly int Length = length;
        private readonly AddressBits _mask = AddressBits.Mask(length);
        internal Peer? Peer;
        internal Node? Zero;
        internal Node? One;

        internal bool Covers(AddressBits address) => (address & _mask) == Prefix;

        internal Node? Child(AddressBits address) => address.Has(Length) ? One : Zero;

        internal ref Node? ChildSlot(AddressBits address)
        {
            if (address.Has(Length)) return ref One;
            return ref Zero;
        }
    }
}
