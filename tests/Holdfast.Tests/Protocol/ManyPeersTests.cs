using System.Net;
using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>What thousands of peers of one tunnel cost: memory each, and no work while they are idle.</summary>
public sealed class ManyPeersTests
{
    private const int Count = 4_000;

    private static readonly Endpoint Somewhere = Endpoint.From(IPEndPoint.Parse("192.0.2.9:51820"));

    private readonly TestEnd _hub = new(1, new SimRandom(7));
    private readonly Now _now = new(new MonoTime(5_000_000_000), 1_700_000_000_000_000_000);

    [Fact]
    public void A_configured_peer_takes_little()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        AddPeers();
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        // What growing tables threw away is counted too.
        Assert.InRange(each, 500, 1_500);
    }

    [Fact]
    public void Peers_that_are_only_configured_never_wake_the_tunnel()
    {
        AddPeers();
        Assert.Equal(MonoTime.Never, _hub.Tunnel.NextTimeout);
    }

    [Fact]
    public void Sessions_take_little_and_sleep_until_their_keys_end()
    {
        const int Sites = 200;
        var sites = Enumerable.Range(2, Sites).Select(i => new TestEnd(i % 250, new SimRandom((ulong)i))).ToArray();
        foreach (var site in sites)
        {
            site.Add(_hub);
            _hub.Tunnel.AddPeer(site.Key);
            site.Tunnel.Greet(site.Sees(_hub), _now);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var site in sites) _hub.Take(site.TakeOut(), _now);
        // The test keeps each answer, some 150 bytes.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Sites, 500, 2_500);

        for (var i = 0; i < Sites; i++) sites[i].Take(_hub.TakeOut(), _now);
        foreach (var site in sites) _hub.Take(site.TakeOut(), _now);
        Assert.All(_hub.Tunnel.Peers, p => Assert.True(p.HasSession));
        Assert.True(_hub.Tunnel.NextTimeout >= _now.Mono + Limits.ZeroKeysAfter, "an idle session calls for work");
    }

    [Fact]
    public void However_many_are_due_a_turn_handles_few()
    {
        foreach (var peer in AddPeers())
        {
            peer.SetEndpoint(Somewhere);
            _hub.Tunnel.Greet(peer, _now);
        }
        _hub.Out.Clear();
        var later = _now with { Mono = _now.Mono + Limits.RekeyTimeout + Limits.RekeyTimeoutJitter };
        for (var turn = 1; turn <= 3; turn++)
        {
            _hub.Tunnel.HandleTimeouts(later);
            Assert.Equal(turn * Limits.TimeoutsPerTurn, _hub.Out.Count);
        }
        Assert.True(_hub.Tunnel.NextTimeout.Passed(later.Mono), "the rest is still due");
    }

    private List<Peer> AddPeers()
    {
        var random = new SimRandom(3);
        var peers = new List<Peer>(Count);
        Span<byte> key = stackalloc byte[PublicKey.Size];
        for (var i = 0; i < Count; i++)
        {
            random.Fill(key);
            var peer = _hub.Tunnel.AddPeer(new PublicKey(key));
            _hub.Tunnel.AllowedIps.Set(new IPNetwork(new IPAddress([10, 1, (byte)(i >> 8), (byte)i]), 32), peer);
            peers.Add(peer);
        }
        return peers;
    }
}
