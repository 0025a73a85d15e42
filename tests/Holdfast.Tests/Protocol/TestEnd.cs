using System.Net;
using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>One end under test: a tunnel, and sinks that keep what comes out of it.</summary>
internal sealed class TestEnd : IDatagramSink, IPacketSink, ITunnelEvents
{
    private readonly byte[] _privateKey = new byte[32];
    private readonly byte[] _datagram = new byte[70_000];
    private readonly byte[] _packet = new byte[70_000];
    private Tai64n _floor;

    public TestEnd(int number, IRandomSource random, Capabilities offers = Capabilities.None)
    {
        (Number, Random, Offers) = (number, random, offers);
        random.Fill(_privateKey);
        Address = Endpoint.From(new IPEndPoint(new IPAddress([192, 0, 2, (byte)number]), 51820));
        Tunnel = NewTunnel();
        Key = Tunnel.Identity!.PublicKey;
    }

    public int Number { get; }
    public Capabilities Offers { get; set; }
    public IRandomSource Random { get; }
    public PublicKey Key { get; private set; }
    public Endpoint Address { get; set; }
    public Tunnel Tunnel { get; private set; }

    /// <summary>What the tunnel sent and nobody took yet.</summary>
    public List<TestDatagram> Out { get; } = [];

    /// <summary>What the tunnel gave to its device: a packet, and who sent it.</summary>
    public List<(byte[] Bytes, Peer? From)> Packets { get; } = [];

    public List<string> Events { get; } = [];

    public Peer Add(TestEnd other, bool knowsAddress = true)
    {
        var peer = Tunnel.AddPeer(other.Key);
        Tunnel.AllowedIps.Set(new IPNetwork(new IPAddress(SimPacket.Address4(other.Number)), 32), peer);
        Tunnel.AllowedIps.Set(new IPNetwork(new IPAddress(SimPacket.Address6(other.Number)), 128), peer);
        if (knowsAddress) peer.SetEndpoint(other.Address);
        return peer;
    }

    public Peer Sees(TestEnd other) => Tunnel.FindPeer(other.Key)!;

    /// <summary>Kill -9 and start: the key and the timestamps' floor are what the disk kept, or the key alone.</summary>
    public void Restart(bool keepsFloor = true)
    {
        _floor = keepsFloor ? Tunnel.LatestTimestampSent : default;
        Tunnel.Dispose();
        Out.Clear();
        Tunnel = NewTunnel();
    }

    public void SetPrivateKey(ReadOnlySpan<byte> key)
    {
        Tunnel.SetPrivateKey(new Secret(key));
        Key = Tunnel.Identity!.PublicKey;
    }

    public Drop Send(TestEnd to, Now now, int size = 100, bool v6 = false, long id = 0)
    {
        var packet = SimPacket.Between(Number, to.Number, id, size, v6);
        return Tunnel.HandlePacket(packet, packet.Length - 15, now);
    }

    public Drop Take(TestDatagram datagram, Now now) =>
        Tunnel.HandleDatagram(datagram.Bytes, datagram.From, default, now, datagram.Ecn);

    /// <summary>The datagrams of one type among those not taken yet.</summary>
    public TestDatagram[] OutOf(uint type) => [.. Out.Where(d => d.Type == type)];

    public TestDatagram TakeOut()
    {
        var first = Out[0];
        Out.RemoveAt(0);
        return first;
    }

    public IEnumerable<long> Ids => Packets.Where(p => p.From is not null).Select(p => SimPacket.Read(p.Bytes).Id);

    Span<byte> IDatagramSink.Reserve(in Endpoint to, in LocalAddress from, int size) => _datagram.AsSpan(0, size);

    void IDatagramSink.Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn) =>
        Out.Add(new TestDatagram(Address, to, _datagram.AsSpan(0, length).ToArray()) { Ecn = ecn, Uplink = from.InterfaceIndex });

    Span<byte> IPacketSink.Reserve(int size) => _packet.AsSpan(0, size);

    void IPacketSink.Commit(int length, Peer? from) => Packets.Add((_packet.AsSpan(0, length).ToArray(), from));

    void ITunnelEvents.SessionEstablished(Peer peer) => Events.Add("session");

    void ITunnelEvents.EndpointChanged(Peer peer) => Events.Add("endpoint");

    void ITunnelEvents.HandshakeUnanswered(Peer peer) => Events.Add("unanswered");

    void ITunnelEvents.HandshakeGivenUp(Peer peer) => Events.Add("given up");

    private Tunnel NewTunnel()
    {
        var tunnel = new Tunnel(Random, this, this, this) { ListenPort = Address.Port, Offers = Offers };
        tunnel.SetPrivateKey(new Secret(_privateKey));
        tunnel.StartTimestampsAfter(_floor);
        return tunnel;
    }
}
