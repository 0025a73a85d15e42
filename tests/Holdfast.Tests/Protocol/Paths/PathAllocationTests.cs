using System.Net;
using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>With two paths, what is sent is kept and acknowledged, and a path may fail: none of it allocates.</summary>
public sealed class PathAllocationTests
{
    private static readonly LocalUplink[] Both = [new(1, HasV4: true, HasV6: false), new(2, HasV4: true, HasV6: false)];

    private readonly Wire _toA = new(), _toB = new();
    private Tunnel _a = null!, _b = null!;
    private Peer _peerB = null!;
    private Now _now = new(new MonoTime(5_000_000_000), 1_700_000_000_000_000_000);

    [Theory, InlineData(PathMode.Failover), InlineData(PathMode.Redundant), InlineData(PathMode.Bond)]
    public void Packets_by_paths_cost_no_memory(PathMode mode)
    {
        Connect(mode);
        var packet = SimPacket.Between(1, 2, 1, 1400);
        Pass(packet, 3_000);
        FailOver(packet);
        var (before, sent) = (_toB.Packets, 0);
        Assert.Equal(0, Allocated.By(() =>
        {
            Pass(packet, 3_000);
            FailOver(packet);
            sent += 3_300;
        }));
        Assert.Equal(sent, _toB.Packets - before);
        _a.Dispose();
        _b.Dispose();
    }

    private void FailOver(byte[] packet)
    {
        var active = _peerB.ActivePath!.Local.InterfaceIndex;
        _toB.Without = active;
        Pass(packet, 300);
        _toB.Without = 0;
        for (var i = 0; i < 50; i++) Step(TimeSpan.FromMilliseconds(200));
    }

    private void Connect(PathMode mode)
    {
        var random = new SimRandom(3);
        (_a, _b) = (NewTunnel(random, _toB, _toA), NewTunnel(random, _toA, _toB));
        _peerB = _a.AddPeer(_b.Identity!.PublicKey);
        var (peerB, peerA) = (_peerB, _b.AddPeer(_a.Identity!.PublicKey));
        peerB.PathMode = mode;
        _a.AllowedIps.Set(new IPNetwork(new IPAddress(SimPacket.Address4(2)), 32), peerB);
        _b.AllowedIps.Set(new IPNetwork(new IPAddress(SimPacket.Address4(1)), 32), peerA);
        peerB.SetEndpoint(Wire.B);
        _a.SetUplinks(Both, _now);
        _a.Greet(peerB, _now);
        for (var i = 0; i < 50; i++) Step(TimeSpan.FromMilliseconds(20));
        Assert.Equal(2, peerB.Paths.Count(p => p.State == PathState.Up));
    }

    private static Tunnel NewTunnel(SimRandom random, Wire datagrams, Wire packets)
    {
        Span<byte> key = stackalloc byte[32];
        random.Fill(key);
        var tunnel = new Tunnel(random, datagrams, packets, packets) { Offers = Capabilities.Paths };
        tunnel.SetPrivateKey(new Secret(key));
        return tunnel;
    }

    private void Pass(byte[] packet, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _a.HandlePacket(packet, packet.Length - SimPacket.PaddingRoom, _now);
            Step(TimeSpan.FromMilliseconds(1));
        }
    }

    private void Step(TimeSpan span)
    {
        _now = new Now(_now.Mono + span, _now.UnixNanoseconds + ((long)span.TotalMilliseconds * 1_000_000));
        for (var round = 0; round < 4; round++)
        {
            _toA.Deliver(_a, _now);
            _toB.Deliver(_b, _now);
        }
        _a.HandleTimeouts(_now);
        _b.HandleTimeouts(_now);
    }

    /// <summary>What is under way to one end, in memory that is there from the start, and what that end delivers.</summary>
    private sealed class Wire : IDatagramSink, IPacketSink, ITunnelEvents
    {
        private const int Slots = 4096, SlotBytes = 1600, FirstPort = 1000;

        /// <summary>Where B is; A has two addresses, one for each of its uplinks.</summary>
        public static readonly Endpoint B = Endpoint.From(new IPEndPoint(new IPAddress([192, 0, 2, 9]), 51820));

        private readonly byte[] _bytes = new byte[Slots * SlotBytes];
        private readonly (int Length, Endpoint From, LocalAddress To)[] _slots = new (int, Endpoint, LocalAddress)[Slots];
        private readonly byte[] _packet = new byte[70_000];
        private int _first, _next;

        public int Packets { get; private set; }

        /// <summary>What leaves by this uplink is lost, and what goes to it.</summary>
        public int Without { get; set; }

        public void Deliver(Tunnel to, Now now)
        {
            for (; _first < _next; _first++)
            {
                var (length, from, at) = _slots[_first % Slots];
                to.HandleDatagram(_bytes.AsSpan(_first % Slots * SlotBytes, length), from, at, now);
            }
        }

        Span<byte> IDatagramSink.Reserve(in Endpoint to, in LocalAddress from, int size) =>
            _bytes.AsSpan(_next % Slots * SlotBytes, size);

        void IDatagramSink.Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn)
        {
            if (Without != 0 && from.InterfaceIndex == Without) return;
            _slots[_next++ % Slots] = to == B
                ? (length, AddressOf(Math.Max(1, from.InterfaceIndex)), default)
                : (length, B, new LocalAddress(default, to.Port - FirstPort));
        }

        private static Endpoint AddressOf(int uplink) => B with { Port = (ushort)(FirstPort + uplink) };

        Span<byte> IPacketSink.Reserve(int size) => _packet.AsSpan(0, size);

        void IPacketSink.Commit(int length, Peer? from) => Packets++;

        void ITunnelEvents.SessionEstablished(Peer peer)
        {
        }

        void ITunnelEvents.EndpointChanged(Peer peer)
        {
        }

        void ITunnelEvents.HandshakeUnanswered(Peer peer)
        {
        }

        void ITunnelEvents.HandshakeGivenUp(Peer peer)
        {
        }
    }
}
