using System.Net;
using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Fuzz.Targets;

/// <summary>A tunnel with a fixed key and sinks that keep the last message alone, and allocate nothing.</summary>
internal sealed class TunnelEnd : IDatagramSink, IPacketSink, ITunnelEvents, IDisposable
{
    private readonly byte[] _datagram = new byte[70_000];
    private readonly byte[] _packet = new byte[70_000];

    internal TunnelEnd(byte number, IRandomSource random)
    {
        Address = Endpoint.From(new IPEndPoint(new IPAddress([192, 0, 2, number]), 51820));
        var key = new byte[Secret.Size];
        key.AsSpan().Fill(number);
        PrivateKey = new Secret(key);
        Tunnel = new Tunnel(random, this, this, this) { ListenPort = Address.Port };
        Tunnel.SetPrivateKey(new Secret(key));
    }

    internal Tunnel Tunnel { get; }

    internal Secret PrivateKey { get; }

    internal PublicKey Key => Tunnel.Identity!.PublicKey;

    internal Endpoint Address { get; }

    internal int Datagrams { get; private set; }

    internal long SentBytes { get; private set; }

    internal int DatagramLength { get; private set; }

    internal Span<byte> Datagram => _datagram.AsSpan(0, DatagramLength);

    internal int Packets { get; private set; }

    internal int PacketLength { get; private set; }

    internal Peer? PacketFrom { get; private set; }

    internal ReadOnlySpan<byte> Packet => _packet.AsSpan(0, PacketLength);

    internal int Events { get; private set; }

    internal Peer Add(TunnelEnd other, bool reachable = true, Secret? presharedKey = null, params ReadOnlySpan<string> prefixes)
    {
        var peer = Tunnel.AddPeer(other.Key);
        foreach (var prefix in prefixes) Tunnel.AllowedIps.Set(IPNetwork.Parse(prefix), peer);
        if (reachable) peer.SetEndpoint(other.Address);
        peer.SetPresharedKey(presharedKey);
        peer.Count(Drop.None); // the table of a peer's drops is made at its first
        return peer;
    }

    internal Drop Take(TunnelEnd from, in Now now) => Tunnel.HandleDatagram(from.Datagram, from.Address, default, now);

    public void Dispose()
    {
        Tunnel.Dispose();
        PrivateKey.Dispose();
    }

    Span<byte> IDatagramSink.Reserve(in Endpoint to, in LocalAddress from, int size) => _datagram.AsSpan(0, size);

    void IDatagramSink.Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn)
    {
        DatagramLength = length;
        SentBytes += length;
        Datagrams++;
    }

    Span<byte> IPacketSink.Reserve(int size) => _packet.AsSpan(0, size);

    void IPacketSink.Commit(int length, Peer? from)
    {
        (PacketLength, PacketFrom) = (length, from);
        Packets++;
    }

    void ITunnelEvents.SessionEstablished(Peer peer) => Events++;

    void ITunnelEvents.EndpointChanged(Peer peer) => Events++;

    void ITunnelEvents.HandshakeUnanswered(Peer peer) => Events++;

    void ITunnelEvents.HandshakeGivenUp(Peer peer) => Events++;
}
