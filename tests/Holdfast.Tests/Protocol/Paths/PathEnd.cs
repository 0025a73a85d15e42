using System.Net;
using Holdfast.Crypto;
using Holdfast.Engine.Health;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>One of two ends on a <see cref="PathNet"/>: a tunnel with an address on each link.</summary>
internal sealed class PathEnd : IDatagramSink, IPacketSink, ITunnelEvents
{
    private readonly PathNet _net;
    private readonly byte[] _datagram = new byte[70_000];
    private readonly byte[] _packet = new byte[70_000];

    public PathEnd(PathNet net, int number, SimRandom random, PathEnd? restarted = null)
    {
        (_net, Number) = (net, number);
        Tunnel = new Tunnel(random, this, this, this) { ListenPort = 51820, Offers = Capabilities.Paths };
        Span<byte> key = stackalloc byte[32];
        random.Fill(key);
        Tunnel.SetPrivateKey(restarted?.Tunnel.Identity!.PrivateKey.Copy() ?? new Secret(key));
    }

    public int Number { get; }

    /// <summary>The one that it talks to.</summary>
    public PathEnd Other => this == _net.A ? _net.B : _net.A;

    public Tunnel Tunnel { get; }
    public Peer Peer { get; private set; } = null!;

    /// <summary>Packets that arrived, and when.</summary>
    public List<(long Id, MonoTime At)> Arrived { get; } = [];

    /// <summary>What was told of paths.</summary>
    public List<string> Told { get; } = [];

    /// <summary>Hears what an engine would; null for nobody.</summary>
    public PeerEvents? Events { get; set; }

    public void Know(PathEnd other)
    {
        Peer = Tunnel.AddPeer(other.Tunnel.Identity!.PublicKey);
        Tunnel.AllowedIps.Set(new IPNetwork(new IPAddress(SimPacket.Address4(other.Number)), 32), Peer);
    }

    public void Send(PathEnd to, long id, int size = 200)
    {
        var packet = SimPacket.Between(Number, to.Number, id, size);
        _net.Watch?.Offers(this, id);
        Assert.Equal(Drop.None, Tunnel.HandlePacket(packet, packet.Length - SimPacket.PaddingRoom, _net.Now));
    }

    /// <summary>Whether a path's uplink is one that this end was told.</summary>
    public bool HasUplink(PeerPath path) =>
        path.Local.InterfaceIndex == 0 || Array.Exists(Tunnel.Uplinks, uplink => uplink.InterfaceIndex == path.Local.InterfaceIndex);

    Span<byte> IDatagramSink.Reserve(in Endpoint to, in LocalAddress from, int size) => _datagram.AsSpan(0, size);

    void IDatagramSink.Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn) =>
        _net.Carry(this, from, to, _datagram.AsSpan(0, length).ToArray());

    Span<byte> IPacketSink.Reserve(int size) => _packet.AsSpan(0, size);

    void IPacketSink.Commit(int length, Peer? from)
    {
        if (from is null) return;
        var id = SimPacket.Read(_packet).Id;
        Arrived.Add((id, _net.Now.Mono));
        _net.Watch?.Delivers(this, id);
    }

    void ITunnelEvents.SessionEstablished(Peer peer) => Events?.SessionEstablished(peer);

    void ITunnelEvents.EndpointChanged(Peer peer) => Told.Add($"is at {peer.Endpoint}");

    void ITunnelEvents.HandshakeUnanswered(Peer peer)
    {
    }

    void ITunnelEvents.HandshakeGivenUp(Peer peer)
    {
    }

    void ITunnelEvents.PathChanged(Peer peer, PeerPath path)
    {
        _net.Watch?.PathChanged(this, path);
        Told.Add($"{_net.Now.Mono.Nanoseconds / 1e9:F3} {path.Local.InterfaceIndex} {path.State} {path.Cause}{(peer.ActivePath == path ? " carries" : "")}");
        Events?.PathChanged(peer, path);
    }
}
