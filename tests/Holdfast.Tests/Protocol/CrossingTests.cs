using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol;

/// <summary>Both ends begin at once, or one of them starts anew.</summary>
public sealed class CrossingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Two_ends_that_begin_at_once_meet_in_one_session(ulong seed)
    {
        var pair = Cross(seed);
        pair.Exchange();
        Assert.True(pair.PeerB.Current!.IsInitiator != pair.PeerA.Current!.IsInitiator, "both use their own");
        Assert.Equal(pair.PeerB.Current.LocalIndex, pair.PeerA.Current.RemoteIndex);
        Assert.Null(pair.PeerA.Initiation);
        Assert.Null(pair.PeerB.Initiation);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_they_wanted_to_send_arrives_at_once_and_in_order(ulong seed)
    {
        var pair = new TestPair(seed);
        for (var id = 1; id <= 5; id++)
        {
            pair.A.Send(pair.B, pair.Now, id: id);
            pair.B.Send(pair.A, pair.Now, id: id);
        }
        pair.Exchange();
        Assert.Equal([1, 2, 3, 4, 5], pair.A.Ids);
        Assert.Equal([1, 2, 3, 4, 5], pair.B.Ids);
        Assert.Equal(0, pair.A.Tunnel.Drops.Total + pair.B.Tunnel.Drops.Total);
    }

    /// <summary>Sessions are renewed without losing what is on the way, however they came about.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Nothing_is_lost_on_a_slow_wire_while_sessions_are_renewed(ulong seed)
    {
        var pair = Cross(seed);
        var wire = new Queue<(MonoTime At, TestEnd To, TestDatagram Datagram)>();
        var sent = 0;
        for (var tick = 0; tick < 40_000; tick++) // 400 s in steps of 10 ms
        {
            if (tick % 2 == 0 && tick > 100 && tick < 39_900)
            {
                pair.A.Send(pair.B, pair.Now, id: ++sent);
                pair.B.Send(pair.A, pair.Now, id: sent);
            }
            foreach (var (from, to) in new[] { (pair.A, pair.B), (pair.B, pair.A) })
            {
                foreach (var datagram in from.Out)
                    wire.Enqueue((pair.Mono + TimeSpan.FromMilliseconds(100), to, datagram));
                from.Out.Clear();
            }
            while (wire.TryPeek(out var next) && next.At.Passed(pair.Mono))
            {
                wire.Dequeue();
                next.To.Take(next.Datagram, pair.Now);
            }
            pair.Run(TimeSpan.FromMilliseconds(10));
        }
        Assert.Equal(sent, pair.A.Packets.Count);
        Assert.Equal(sent, pair.B.Packets.Count);
        Assert.InRange(pair.PeerB.Handshakes, 4, 5);
    }

    [Fact]
    public void A_lost_answer_to_one_of_two_leaves_the_other()
    {
        var pair = Cross(1);
        var (fromA, fromB) = (pair.A.TakeOut(), pair.B.TakeOut());
        pair.B.Take(fromA, pair.Now);
        pair.A.Take(fromB, pair.Now);
        pair.A.TakeOut(); // A's response is lost
        pair.Exchange();
        Assert.True(pair.PeerB.HasSession && pair.PeerA.HasSession);
        Assert.Equal(pair.PeerB.Current!.LocalIndex, pair.PeerA.Current!.RemoteIndex);
    }

    [Fact]
    public void An_answer_that_comes_when_the_others_session_stands_changes_nothing()
    {
        var pair = Cross(1);
        var initiation = pair.A.TakeOut();
        pair.Exchange(); // B's initiation makes the session
        var current = pair.PeerB.Current;
        Assert.NotNull(current);
        pair.B.Take(initiation, pair.Now);
        Assert.Equal(Drop.UnknownReceiver, pair.A.Take(pair.B.TakeOut(), pair.Now));
        Assert.Same(current, pair.PeerB.Current);
        Assert.Equal(Drop.None, pair.A.Send(pair.B, pair.Now));
        pair.Exchange();
        Assert.Single(pair.B.Packets);
    }

    /// <summary>Each end completes its own handshake, confirms the other's after it, and is left as a responder.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Two_responders_meet_in_the_session_that_one_of_them_began(ulong seed)
    {
        var (pair, yields, other) = TwoResponders(seed);
        var (current, previous) = (other.Sees(yields).Current!, other.Sees(yields).Previous!);

        yields.Send(other, pair.Now, id: 1);
        pair.Exchange();
        Assert.Same(previous, other.Sees(yields).Current);
        Assert.Same(current, other.Sees(yields).Previous);
        Assert.True(previous.IsInitiator);
        Assert.Equal(previous.RemoteIndex, yields.Sees(other).Current!.LocalIndex);
        Assert.Equal([1], other.Ids);
        Assert.Equal(0, yields.Tunnel.Drops.Total + other.Tunnel.Drops.Total);
    }

    [Fact]
    public void Two_responders_with_keepalives_have_a_session_at_any_time()
    {
        var (pair, yields, other) = TwoResponders(seed: 1);
        yields.Tunnel.SetPersistentKeepalive(yields.Sees(other), 25, pair.Now);
        other.Tunnel.SetPersistentKeepalive(other.Sees(yields), 25, pair.Now);
        for (var second = 0; second < 400; second++)
        {
            pair.Run(TimeSpan.FromSeconds(1), exchanging: true);
            Assert.True(yields.Sees(other).Current!.MaySeal(pair.Mono), $"no session after {second} s");
            Assert.True(other.Sees(yields).Current!.MaySeal(pair.Mono), $"no session after {second} s");
        }
    }

    /// <summary>What comes late from a session before the last does not bring that one back.</summary>
    [Fact]
    public void A_session_of_long_ago_stays_the_previous_one()
    {
        var pair = Enumerable.Range(1, 20).Select(seed => new TestPair((ulong)seed)).First(p => ByKey(p).Other == p.A).Connect();
        var (yields, other) = ByKey(pair);
        var session = other.Sees(yields).Current;
        yields.Send(other, pair.Now);
        var late = yields.TakeOut();
        pair.Run(TimeSpan.FromSeconds(16)); // it misses an answer, and begins anew
        pair.Exchange();
        var last = other.Sees(yields).Current;
        Assert.NotSame(session, last);

        Assert.Same(session, other.Sees(yields).Previous);
        Assert.Equal(Drop.None, other.Take(late, pair.Now));
        Assert.Same(last, other.Sees(yields).Current);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_restarted_end_has_a_session_at_once(bool initiator)
    {
        var pair = new TestPair().Connect();
        pair.Run(TimeSpan.FromSeconds(30));
        var (gone, stays) = initiator ? (pair.A, pair.B) : (pair.B, pair.A);
        gone.Restart();
        gone.Tunnel.Greet(gone.Add(stays), pair.Now);
        gone.Send(stays, pair.Now, id: 1);
        pair.Exchange();
        stays.Send(gone, pair.Now, id: 2);
        pair.Exchange();
        Assert.Equal([1], stays.Ids);
        Assert.Equal([2], gone.Ids);
        Assert.Equal(0, stays.Tunnel.Drops.Total);
    }

    [Fact]
    public void A_restarted_end_whose_clock_went_back_is_no_replay_if_it_kept_the_floor()
    {
        var pair = new TestPair().Connect();
        pair.Run(TimeSpan.FromSeconds(30));
        pair.WallOffset = -50L * 365 * 86400 * 1_000_000_000;
        pair.A.Restart();
        pair.A.Tunnel.Greet(pair.A.Add(pair.B), pair.Now);
        pair.Exchange();
        Assert.True(pair.A.Sees(pair.B).HasSession);

        pair.A.Restart(keepsFloor: false);
        pair.Skip(TimeSpan.FromSeconds(1));
        pair.A.Tunnel.Greet(pair.A.Add(pair.B), pair.Now);
        Assert.Equal(Drop.StaleTimestamp, pair.B.Take(pair.A.TakeOut(), pair.Now));
    }

    [Fact]
    public void A_peer_that_is_added_again_gets_later_timestamps_although_the_clock_went_back()
    {
        var pair = new TestPair().Connect();
        pair.Run(TimeSpan.FromSeconds(30));
        pair.WallOffset = -50L * 365 * 86400 * 1_000_000_000;
        pair.A.Tunnel.RemovePeer(pair.PeerB);
        pair.A.Tunnel.Greet(pair.A.Add(pair.B), pair.Now);
        pair.Exchange();
        Assert.True(pair.A.Sees(pair.B).HasSession);
        Assert.Equal(0, pair.B.Tunnel.Drops.Total);
    }

    [Fact]
    public void Initiations_within_20_ms_are_a_flood()
    {
        var pair = new TestPair();
        pair.A.Tunnel.Greet(pair.PeerB, pair.Now);
        Assert.Equal(Drop.None, pair.B.Take(pair.A.TakeOut(), pair.Now));
        pair.A.Restart();
        pair.A.Tunnel.Greet(pair.A.Add(pair.B), pair.Now);
        pair.Skip(TimeSpan.FromMilliseconds(19.9));
        Assert.Equal(Drop.InitiationFlood, pair.B.Take(pair.A.Out[0], pair.Now));
        pair.Skip(TimeSpan.FromMilliseconds(.1));
        Assert.Equal(Drop.None, pair.B.Take(pair.A.Out[0], pair.Now));
    }

    private static (TestPair Pair, TestEnd Yields, TestEnd Other) TwoResponders(ulong seed)
    {
        var pair = Cross(seed);
        var (yields, other) = ByKey(pair);
        var (initiation, crossing) = (yields.TakeOut(), other.TakeOut());
        yields.Take(crossing, pair.Now);
        other.Take(yields.TakeOut(), pair.Now); // its response
        var late = other.TakeOut(); // confirms the session that the other began
        pair.Skip(TimeSpan.FromMilliseconds(10));
        other.Take(initiation, pair.Now);
        yields.Take(other.TakeOut(), pair.Now);
        yields.Take(late, pair.Now);
        other.Take(yields.TakeOut(), pair.Now);
        Assert.False(yields.Sees(other).Current!.IsInitiator);
        Assert.False(other.Sees(yields).Current!.IsInitiator);
        return (pair, yields, other);
    }

    /// <summary>The end with the lower public key first.</summary>
    private static (TestEnd Yields, TestEnd Other) ByKey(TestPair pair) =>
        pair.A.Key.Bytes.SequenceCompareTo(pair.B.Key.Bytes) < 0 ? (pair.A, pair.B) : (pair.B, pair.A);

    private static TestPair Cross(ulong seed)
    {
        var pair = new TestPair(seed);
        pair.A.Tunnel.Greet(pair.PeerB, pair.Now);
        pair.B.Tunnel.Greet(pair.PeerA, pair.Now);
        Assert.Single(pair.A.OutOf(Message.Initiation));
        Assert.Single(pair.B.OutOf(Message.Initiation));
        return pair;
    }
}
