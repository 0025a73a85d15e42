using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>Peers come and go, keys change, packets wait.</summary>
public sealed class PeerTests
{
    [Fact]
    public void Packets_wait_in_order_and_the_oldest_go_when_there_are_too_many()
    {
        var pair = new TestPair();
        for (var id = 1; id <= 130; id++) Assert.Equal(Drop.None, pair.A.Send(pair.B, pair.Now, id: id));
        Assert.Equal(2, pair.A.Tunnel.Drops[Drop.StagedOverflow]);
        pair.Exchange();
        Assert.Equal(Enumerable.Range(3, 128).Select(i => (long)i), pair.B.Ids);
        Assert.Equal(0, pair.PeerB.Staged.Count);
    }

    [Fact]
    public void All_peers_together_hold_no_more_than_their_budget()
    {
        var pair = new TestPair();
        var budget = new StagedPackets.Budget(1000);
        var (one, other) = (new StagedPackets(budget), new StagedPackets(budget));
        Assert.Equal(0, one.Add(new byte[600]));
        Assert.Equal(1, other.Add(new byte[401]));
        Assert.Equal(0, other.Add(new byte[400]));
        one.DropOldest();
        Assert.Equal(0, other.Add(new byte[600]));
        Assert.Equal(1, one.Add(new byte[1]));

        for (var id = 0; id < 128; id++) pair.A.Send(pair.B, pair.Now, size: 60_000);
        pair.A.Tunnel.RemovePeer(pair.PeerB);
        var again = pair.A.Add(pair.B); // what waited has given its part back
        for (var id = 0; id < 128; id++) pair.A.Send(pair.B, pair.Now, size: 60_000);
        Assert.Equal(0, pair.A.Tunnel.Drops[Drop.StagedOverflow]);
        Assert.Equal(128, pair.A.Tunnel.Drops[Drop.StagedExpired]);
        Assert.Equal(128, again.Staged.Count);
    }

    [Fact]
    public void A_peer_leaves_nothing_behind()
    {
        var pair = new TestPair(presharedKey: true).Connect();
        pair.Skip(TimeSpan.FromSeconds(125));
        pair.A.Send(pair.B, pair.Now);
        pair.Exchange(); // current and previous
        pair.Skip(TimeSpan.FromSeconds(125));
        pair.A.Send(pair.B, pair.Now);
        pair.B.Take(pair.A.OutOf(Message.Initiation).Single(), pair.Now); // and next, and an initiation
        Assert.Equal((3, 2), (pair.A.Tunnel.Indices, pair.B.Tunnel.Indices));
        var secret = pair.PeerB.StaticShared!;
        pair.A.Tunnel.RemovePeer(pair.PeerB);
        pair.B.Tunnel.RemovePeer(pair.PeerA);
        foreach (var end in new[] { pair.A, pair.B })
        {
            Assert.Equal(0, end.Tunnel.Indices);
            Assert.Empty(end.Tunnel.Peers);
            Assert.Equal(MonoTime.Never, end.Tunnel.NextTimeout);
        }
        Assert.Throws<ObjectDisposedException>(() => secret.Bytes.Length);
        Assert.Null(pair.PeerB.PresharedKey);
        Assert.Equal(Drop.UnknownReceiver, pair.A.Take(pair.B.TakeOut(), pair.Now));
        Assert.Equal(Drop.NoPeer, pair.A.Send(pair.B, pair.Now));
    }

    [Fact]
    public void Sessions_made_again_and_again_leave_no_index()
    {
        var pair = new TestPair().Connect();
        for (var i = 0; i < 50; i++)
        {
            pair.Skip(TimeSpan.FromSeconds(121));
            var (from, to) = i % 3 == 0 ? (pair.B, pair.A) : (pair.A, pair.B);
            from.Send(to, pair.Now);
            if (i % 4 == 0) from.Out.Clear(); // lost
            pair.Run(TimeSpan.FromSeconds(30), exchanging: true);
            Assert.InRange(pair.A.Tunnel.Indices, 1, 4);
            Assert.InRange(pair.B.Tunnel.Indices, 1, 4);
        }
        pair.Run(TimeSpan.FromSeconds(1000));
        Assert.Equal((0, 0), (pair.A.Tunnel.Indices, pair.B.Tunnel.Indices));
    }

    [Fact]
    public void A_changed_private_key_ends_sessions_and_makes_others()
    {
        var pair = new TestPair().Connect();
        var old = pair.A.Key;
        var keypair = pair.PeerB.Current!;
        pair.A.SetPrivateKey(Enumerable.Repeat((byte)9, 32).ToArray());
        Assert.False(pair.PeerB.HasSession);
        Assert.Equal(0, pair.A.Tunnel.Indices);
        Assert.Throws<ObjectDisposedException>(() => keypair.Seal([], new byte[32]));

        pair.A.Send(pair.B, pair.Now);
        Assert.Equal(Drop.UnknownPeer, pair.B.Take(pair.A.TakeOut(), pair.Now));
        pair.B.Tunnel.RemovePeer(pair.B.Tunnel.FindPeer(old)!);
        pair.B.Add(pair.A);
        pair.Run(TimeSpan.FromSeconds(6), exchanging: true);
        Assert.Single(pair.B.Packets);

        // Set to B's own key, the peer B would be itself.
        pair.A.Tunnel.SetPrivateKey(pair.B.Tunnel.Identity!.PrivateKey.Copy());
        Assert.Empty(pair.A.Tunnel.Peers);
        pair.A.Tunnel.SetPrivateKey(null);
        Assert.Equal(Drop.UnknownReceiver, pair.A.Take(new TestDatagram(default, default, new byte[148]), pair.Now));
    }

    [Fact]
    public void The_same_private_key_changes_nothing()
    {
        var pair = new TestPair().Connect();
        pair.A.Tunnel.SetPrivateKey(pair.A.Tunnel.Identity!.PrivateKey.Copy());
        Assert.True(pair.PeerB.HasSession);
    }

    [Fact]
    public void A_preshared_key_counts_from_the_next_handshake()
    {
        var pair = new TestPair().Connect();
        using var key = new Secret(Enumerable.Repeat((byte)7, 32).ToArray());
        pair.PeerB.SetPresharedKey(key.Copy());
        pair.A.Send(pair.B, pair.Now);
        pair.Exchange();
        Assert.Single(pair.B.Packets);

        pair.Skip(TimeSpan.FromSeconds(121));
        pair.A.Send(pair.B, pair.Now);
        pair.Exchange();
        Assert.Equal(1, pair.A.Tunnel.Drops[Drop.Forged]); // the response is under no key
        pair.PeerA.SetPresharedKey(key.Copy());
        pair.Run(TimeSpan.FromSeconds(6), exchanging: true);
        Assert.Equal(2, pair.PeerB.Handshakes);

        var none = new Secret(new byte[32]);
        pair.PeerA.SetPresharedKey(none);
        Assert.Null(pair.PeerA.PresharedKey);
        Assert.Throws<ObjectDisposedException>(() => none.Bytes.Length); // taken over all the same
    }

    [Fact]
    public void A_peer_whose_key_is_degenerate_never_gets_a_handshake()
    {
        var end = new TestEnd(1, new SimRandom(3));
        var peer = end.Tunnel.AddPeer(new PublicKey(new byte[32]));
        peer.SetEndpoint(new TestEnd(2, end.Random).Address);
        end.Tunnel.Greet(peer, new Now(new MonoTime(1_000_000_000), 0));
        Assert.Empty(end.Out);
        Assert.Equal(0, end.Tunnel.Indices);
    }

    [Fact]
    public void Ten_thousand_peers_are_found_in_as_many_steps_as_ten()
    {
        Assert.InRange(StepsOfTimers(10), 1, 4);
        Assert.InRange(StepsOfTimers(10_000), 1, 14); // the depth of the heap
    }

    /// <summary>All timers of many peers come due in their order, and each peer stands in the queue once.</summary>
    [Fact]
    public void Timers_of_ten_thousand_peers_come_in_order()
    {
        var random = new SimRandom(1);
        var queue = new TimerQueue();
        var peers = NewPeers(10_000, random);
        foreach (var peer in peers)
        {
            queue.Schedule(peer, new MonoTime(random.Next(1_000_000)));
            queue.Schedule(peer, new MonoTime(random.Next(1_000_000))); // counts if earlier
        }
        foreach (var peer in peers.Where((_, i) => i % 7 == 0)) queue.Remove(peer);
        var last = long.MinValue;
        var taken = new HashSet<Peer>();
        while (queue.Next is var next && next != MonoTime.Never)
        {
            Assert.True(next.Nanoseconds >= last);
            Assert.Null(queue.TakeDue(new MonoTime(next.Nanoseconds - 1)));
            Assert.True(taken.Add(queue.TakeDue(next)!));
            last = next.Nanoseconds;
        }
        Assert.Equal(peers.Length - ((peers.Length + 6) / 7), taken.Count);
        Assert.All(peers, p => Assert.Equal((-1, MonoTime.Never), (p.QueuePosition, p.QueuedFor)));
    }

    [Fact]
    public void A_turn_serves_a_bounded_number_of_peers()
    {
        var end = new TestEnd(1, new SimRandom(1));
        var now = new Now(new MonoTime(1_000_000_000), 0);
        foreach (var key in NewPeers(100, new SimRandom(2)).Select(p => p.PublicKey))
        {
            var peer = end.Tunnel.AddPeer(key);
            peer.SetEndpoint(new Endpoint(new AddressBits(0, 1), 1, 4));
            end.Tunnel.Greet(peer, now);
        }
        end.Out.Clear();
        now = now with { Mono = now.Mono + TimeSpan.FromSeconds(6) };
        for (var served = Limits.TimeoutsPerTurn; served <= 100; served += Limits.TimeoutsPerTurn)
        {
            Assert.True(end.Tunnel.NextTimeout.Passed(now.Mono));
            end.Tunnel.HandleTimeouts(now);
            Assert.Equal(served, end.Out.Count);
        }
    }

    // How many places of the heap change when the peer that was last becomes the first.
    private static int StepsOfTimers(int count)
    {
        var queue = new TimerQueue();
        var peers = NewPeers(count, new SimRandom(1));
        for (var i = 0; i < count; i++) queue.Schedule(peers[i], new MonoTime(1000 + i));
        var before = peers.Select(p => p.QueuePosition).ToArray();
        queue.Schedule(peers[^1], new MonoTime(1));
        return peers.Where((p, i) => p.QueuePosition != before[i]).Count();
    }

    private static Peer[] NewPeers(int count, SimRandom random)
    {
        var budget = new StagedPackets.Budget(0);
        var bytes = new byte[32];
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            random.Fill(bytes);
            return new Peer(new PublicKey(bytes), budget);
        })];
    }
}
