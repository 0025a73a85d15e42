using System.Diagnostics;
using System.Net;
using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>A hub and many sites with two uplinks each, between whom nothing passes, in virtual time: what the hub has to do all the same.</summary>
public sealed class IdleHubTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30), Delay = TimeSpan.FromMilliseconds(10);
    private static readonly Endpoint HubAddress = Endpoint.From(IPEndPoint.Parse("203.0.113.1:51820"));
    private static readonly LocalUplink[] Both = [new(1, HasV4: true, HasV6: false), new(2, HasV4: true, HasV6: false)];

    private readonly PriorityQueue<(End To, Endpoint From, LocalAddress At, byte[] Bytes), long> _under = new();
    private readonly SimRandom _random = new(1);
    private readonly List<End> _sites = [];
    private readonly Stopwatch _busy = new();
    private End _hub = null!;
    private MonoTime _now = new(5_000_000_000);
    private int _received;

    private Now Now => new(_now, 1_700_000_000_000_000_000 + _now.Nanoseconds);

    [Fact]
    public void Idle_sites_cost_a_hub_two_messages_a_path_in_25_seconds() => Measure(sites: 300);

    [Theory(Explicit = true), InlineData(10_000)]
    public void Idle_sites_by_the_thousand(int sites) => Measure(sites);

    private void Measure(int sites)
    {
        _hub = new End(this, default);
        for (var i = 0; i < sites; i++)
        {
            var site = new End(this, new Endpoint(new AddressBits((10UL << 56) + ((ulong)i << 40), 0), 51820, 4));
            _sites.Add(site);
            _hub.Tunnel.AddPeer(site.Tunnel.Identity!.PublicKey);
            site.Hub = site.Tunnel.AddPeer(_hub.Tunnel.Identity!.PublicKey);
            site.Hub.SetEndpoint(HubAddress);
            site.Tunnel.SetUplinks(Both, Now);
            site.Tunnel.Greet(site.Hub, Now);
            Run(TimeSpan.FromMilliseconds(3)); // greetings are paced
        }
        Run(TimeSpan.FromSeconds(60));
        Assert.All(_sites, site => Assert.Equal(2, site.Hub.Paths.Count(p => p.State == PathState.Up)));
        _busy.Reset();
        _received = 0;
        Run(Idle);
        output.WriteLine($"{sites} sites, two paths each, idle for {Idle.TotalSeconds} s: the hub received {_received} messages, "
            + $"and was busy for {_busy.Elapsed.TotalMilliseconds:F0} ms ({_busy.Elapsed / Idle:P2} of a processor)");
        // A probe or its answer, by each path, in each 25 s that begin.
        Assert.InRange(_received, sites * 2, sites * 2 * (1 + (int)Math.Ceiling(Idle.TotalSeconds / 25)));
        foreach (var end in _sites.Append(_hub)) end.Tunnel.Dispose();
    }

    private void Run(TimeSpan span)
    {
        var end = _now + span;
        var due = new PriorityQueue<End, long>(_sites.Append(_hub).Select(e => (e, e.Tunnel.NextTimeout.Nanoseconds)));
        while (true)
        {
            var arrival = _under.TryPeek(out _, out var at) ? at : long.MaxValue;
            due.TryPeek(out var next, out var dueAt);
            if (Math.Min(arrival, dueAt) > end.Nanoseconds) break;
            _now = new MonoTime(Math.Max(_now.Nanoseconds, Math.Min(arrival, dueAt)));
            var touched = arrival <= dueAt ? Deliver() : due.Dequeue();
            if (touched.Tunnel.NextTimeout.Passed(_now)) Serve(touched);
            due.Enqueue(touched, touched.Tunnel.NextTimeout.Nanoseconds);
            if (due.Count > 3 * (_sites.Count + 1)) due = new PriorityQueue<End, long>(_sites.Append(_hub).Select(e => (e, e.Tunnel.NextTimeout.Nanoseconds)));
        }
        _now = end;
    }

    private End Deliver()
    {
        var (to, from, local, bytes) = _under.Dequeue();
        if (to == _hub) _received++;
        Timed(to, () => to.Tunnel.HandleDatagram(bytes, from, local, Now));
        return to;
    }

    private void Serve(End end) => Timed(end, () => end.Tunnel.HandleTimeouts(Now));

    private void Timed(End end, Action action)
    {
        if (end == _hub) _busy.Start();
        action();
        _busy.Stop();
    }

    /// <summary>The hub, or a site, whose uplinks are two ports.</summary>
    private sealed class End : IDatagramSink, IPacketSink, ITunnelEvents
    {
        private readonly IdleHubTests _net;
        private readonly Endpoint _address;
        private readonly byte[] _room = new byte[2048];

        public End(IdleHubTests net, in Endpoint address)
        {
            (_net, _address) = (net, address);
            Tunnel = new Tunnel(net._random, this, this, this) { Offers = Capabilities.Paths };
            Span<byte> key = stackalloc byte[32];
            net._random.Fill(key);
            Tunnel.SetPrivateKey(new Secret(key));
        }

        public Tunnel Tunnel { get; }

        public Peer Hub { get; set; } = null!;

        Span<byte> IDatagramSink.Reserve(in Endpoint to, in LocalAddress from, int size) => _room.AsSpan(0, size);

        void IDatagramSink.Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn)
        {
            var bytes = _room.AsSpan(0, length).ToArray();
            var at = (_net._now + Delay).Nanoseconds;
            if (to == HubAddress)
                _net._under.Enqueue((_net._hub, _address with { Port = (ushort)(1000 + Math.Max(1, from.InterfaceIndex)) }, default, bytes), at);
            else
                _net._under.Enqueue((_net._sites[(int)(to.V4 & 0xffffff) >> 8], HubAddress, new LocalAddress(default, to.Port - 1000), bytes), at);
        }

        Span<byte> IPacketSink.Reserve(int size) => _room.AsSpan(0, size);

        void IPacketSink.Commit(int length, Peer? from)
        {
        }

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
