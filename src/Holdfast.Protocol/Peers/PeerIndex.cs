using Holdfast.Crypto;
using Holdfast.Protocol.Noise;

namespace Holdfast.Protocol.Peers;

/// <summary>
/// Finds a peer by its public key, and by the receiver index in a message. Indices are given out in aligned blocks: the
/// low bits are for what two Holdfast ends put there (path and cipher); a plain peer uses the first of its block.
/// </summary>
internal sealed class PeerIndex(IRandomSource random)
{
    private readonly Dictionary<PublicKey, Peer> _byKey = [];
    private readonly Dictionary<uint, Receiver> _byIndex = [];

    internal Dictionary<PublicKey, Peer>.ValueCollection Peers => _byKey.Values;

    internal int Count => _byKey.Count;

    /// <summary>Receiver indices in use.</summary>
    internal int Indices => _byIndex.Count;

    internal Peer? Find(in PublicKey key) => _byKey.GetValueOrDefault(key);

    /// <summary>Whom a message is for. A keypair of null means the peer's outstanding initiation.</summary>
    internal bool TryFind(uint receiver, out Receiver found) => _byIndex.TryGetValue(receiver, out found);

    /// <summary>As <see cref="TryFind"/>, by any index of the block.</summary>
    internal bool TryFindBlock(uint receiver, out Receiver found) =>
        _byIndex.TryGetValue(receiver & ~(Limits.IndexBlock - 1), out found);

    internal void Add(Peer peer) => _byKey.Add(peer.PublicKey, peer);

    internal void Remove(Peer peer) => _byKey.Remove(peer.PublicKey);

    /// <summary>A block of indices that nobody has, unpredictable to others; the first of it.</summary>
    internal uint NewIndex(Peer peer)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        while (true)
        {
            random.Fill(bytes);
            var index = BitConverter.ToUInt32(bytes) & ~(Limits.IndexBlock - 1);
            if (_byIndex.TryAdd(index, new Receiver(peer, null))) return index;
        }
    }

    /// <summary>The index of a handshake goes on to the keypair that came of it.</summary>
    internal void Assign(uint index, Keypair keypair, Peer peer) => _byIndex[index] = new Receiver(peer, keypair);

    internal void Release(uint index) => _byIndex.Remove(index);

    internal readonly record struct Receiver(Peer Peer, Keypair? Keypair);
}
