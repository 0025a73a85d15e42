using System.Net;
using System.Net.Sockets;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Peers;

/// <summary>Crypto-routing: which peer an inner address belongs to. One prefix has one peer.</summary>
public sealed class AllowedIps
{
    private readonly PrefixTrie _v4 = new();
    private readonly PrefixTrie _v6 = new();

    /// <summary>Gives a prefix to a peer; another that had it loses it.</summary>
    public void Set(IPNetwork prefix, Peer peer)
    {
        var before = prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            ? _v4.Set(BitsOf(prefix), prefix.PrefixLength, peer)
            : _v6.Set(BitsOf(prefix), prefix.PrefixLength, peer);
        if (before != peer) peer.Prefixes.Add(prefix);
        if (before is not null && before != peer) before.Prefixes.Remove(prefix);
    }

    /// <summary>Takes a prefix from a peer, if it is that peer's.</summary>
    public void Remove(IPNetwork prefix, Peer peer)
    {
        var removed = prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            ? _v4.Remove(BitsOf(prefix), prefix.PrefixLength, peer)
            : _v6.Remove(BitsOf(prefix), prefix.PrefixLength, peer);
        if (removed) peer.Prefixes.Remove(prefix);
    }

    /// <summary>Takes all of a peer's prefixes.</summary>
    public void RemoveAll(Peer peer)
    {
        foreach (var prefix in peer.Prefixes)
        {
            if (prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork)
                _v4.Remove(BitsOf(prefix), prefix.PrefixLength, peer);
            else
                _v6.Remove(BitsOf(prefix), prefix.PrefixLength, peer);
        }
        peer.Prefixes.Clear();
    }

    /// <summary>The peer that an address belongs to, by the longest prefix.</summary>
    public Peer? Find(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4
            ? _v4.Find(AddressBits.ReadV4(bytes))
            : _v6.Find(AddressBits.ReadV6(bytes));
    }

    /// <summary>The peer that a packet is for. The packet's header has been checked.</summary>
    internal Peer? FindByDestination(ReadOnlySpan<byte> packet) => packet[0] >> 4 == 4
        ? _v4.Find(AddressBits.ReadV4(packet[IpHeader.V4Destination..]))
        : _v6.Find(AddressBits.ReadV6(packet[IpHeader.V6Destination..]));

    /// <summary>The peer that may send a packet with this source. The packet's header has been checked.</summary>
    internal Peer? FindBySource(ReadOnlySpan<byte> packet) => packet[0] >> 4 == 4
        ? _v4.Find(AddressBits.ReadV4(packet[IpHeader.V4Source..]))
        : _v6.Find(AddressBits.ReadV6(packet[IpHeader.V6Source..]));

    private static AddressBits BitsOf(IPNetwork prefix)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        prefix.BaseAddress.TryWriteBytes(bytes, out _);
        return AddressBits.ReadV6(bytes);
    }
}
