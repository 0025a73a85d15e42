using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol;

/// <summary>Every timer of the paper's section 6, in virtual time.</summary>
public sealed class TimerTests
{
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    [Theory]
    [InlineData(119.9, false)]
    [InlineData(120, true)]
    public void An_initiator_that_sends_renews_its_session_after_120_s(double age, bool renews)
    {
        var pair = new TestPair().Connect();
        pair.Skip(Seconds(age));
        pair.A.Send(pair.B, pair.Now);
        Assert.Equal(renews ? 1 : 0, pair.A.OutOf(Message.Initiation).Length);
        Assert.Single(pair.A.OutOf(Message.Transport));
    }

    [Theory]
    [InlineData(120)]
    [InlineData(179)]
    public void A_responder_leaves_renewing_to_the_initiator(double age)
    {
        var pair = new TestPair().Connect();
        pair.Skip(Seconds(age));
        pair.B.Send(pair.A, pair.Now);
        Assert.Empty(pair.B.OutOf(Message.Initiation));
        Assert.Single(pair.B.OutOf(Message.Transport));
    }

    [Theory]
    [InlineData(0.003, 0.02)]
    [InlineData(2, 2)]
    public void A_new_endpoint_is_greeted_at_once_but_not_within_20_ms(double moved, double greeted)
    {
        var pair = new TestPair();
        pair.A.Send(pair.B, pair.Now);
        while (pair.A.OutOf(Message.Initiation).Length < 2)
        {
            pair.Skip(pair.A.Tunnel.NextTimeout - pair.Mono);
            pair.A.Tunnel.HandleTimeouts(pair.Now);
        }
        var second = pair.Mono;
        pair.Skip(Seconds(moved));
        pair.A.Out.Clear();

        var elsewhere = pair.B.Address with { Port = 7 };
        pair.PeerB.SetEndpoint(elsewhere);
        pair.A.Tunnel.Redirect(pair.PeerB, pair.Now);
        pair.A.Tunnel.HandleTimeouts(pair.Now);
        pair.A.Send(pair.B, pair.Now); // steady traffic does not make it earlier
        if (greeted > moved) Assert.Empty(pair.A.Out);
        pair.Run(Seconds(0.1));
        Assert.Equal(elsewhere, Assert.Single(pair.A.Out).To);
        Assert.Equal(second + Seconds(greeted), pair.PeerB.LastInitiationSent);
        // It had no time to answer: nothing is counted against it, and the next one comes after the usual wait.
        Assert.Equal(1, pair.PeerB.UnansweredInitiations);
        pair.A.Out.Clear();
        pair.A.Tunnel.Greet(pair.PeerB, pair.Now);
        pair.Run(Seconds(4.8));
        Assert.Empty(pair.A.Out);
        pair.Run(Seconds(0.6));
        Assert.Single(pair.A.Out);
        Assert.Equal(2, pair.PeerB.UnansweredInitiations);
    }

    [Fact]
    public void A_new_endpoint_changes_nothing_for_a_session()
    {
        var pair = new TestPair().Connect();
        pair.PeerB.SetEndpoint(pair.B.Address with { Port = 7 });
        pair.A.Tunnel.Redirect(pair.PeerB, pair.Now);
        pair.A.Tunnel.HandleTimeouts(pair.Now);
        Assert.Empty(pair.A.Out);
    }

    [Theory]
    [InlineData(164.9, false)]
    [InlineData(165, true)]
    public void An_initiator_that_only_receives_renews_its_session_after_165_s(double age, bool renews)
    {
        var pair = new TestPair().Connect();
        pair.Skip(Seconds(age));
        pair.B.Send(pair.A, pair.Now);
        pair.B.Send(pair.A, pair.Now);
        var (first, second) = (pair.B.TakeOut(), pair.B.TakeOut());
        Assert.Equal(Drop.None, pair.A.Take(first, pair.Now));
        pair.Skip(Seconds(6));
        Assert.Equal(Drop.None, pair.A.Take(second, pair.Now));
        Assert.Equal(renews || age + 6 >= 165 ? 1 : 0, pair.A.OutOf(Message.Initiation).Length); // once a session
    }

    [Theory]
    [InlineData(179.9, Drop.None)]
    [InlineData(180, Drop.KeyExpired)]
    public void A_keypair_opens_nothing_after_180_s(double age, Drop expected)
    {
        var pair = new TestPair().Connect();
        pair.B.Send(pair.A, pair.Now);
        pair.Skip(Seconds(age));
        Assert.Equal(expected, pair.A.Take(pair.B.TakeOut(), pair.Now));
        Assert.Equal(expected == Drop.None ? 1 : 0, pair.A.Packets.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_keypair_seals_nothing_after_180_s(bool initiator)
    {
        var pair = new TestPair().Connect();
        pair.Skip(Seconds(180));
        var (from, to) = initiator ? (pair.A, pair.B) : (pair.B, pair.A);
        from.Send(to, pair.Now);
        Assert.Empty(from.OutOf(Message.Transport));
        Assert.Single(from.OutOf(Message.Initiation));
        Assert.Equal(1, from.Sees(to).Staged.Count);
    }

    [Fact]
    public void An_unanswered_initiation_is_repeated_for_90_s_and_then_given_up()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var pair = new TestPair(seed);
            var start = pair.Mono;
            pair.A.Send(pair.B, pair.Now);
            var gaps = new List<double>();
            var last = start;
            while (pair.A.Tunnel.NextTimeout is var next && pair.A.Events.LastOrDefault() != "given up")
            {
                pair.Run(next - pair.Mono);
                if (pair.A.Events[^1] != "unanswered") continue;
                gaps.Add((pair.Mono - last).TotalSeconds);
                last = pair.Mono;
            }
            Assert.All(gaps, gap => Assert.InRange(gap, 5, 5.334));
            Assert.True(gaps.Distinct().Count() > 10, "without jitter, two ends stay in step");
            Assert.InRange((last - start).TotalSeconds, 85, 90.7);
            Assert.InRange((pair.Mono - start).TotalSeconds, 90, 96);
            Assert.Equal(18, pair.A.OutOf(Message.Initiation).Length);
            Assert.Equal(18, pair.PeerB.UnansweredInitiations);
            Assert.Equal(1, pair.A.Tunnel.Drops[Drop.StagedExpired]);
            Assert.Equal((0, 0), (pair.PeerB.Staged.Count, pair.A.Tunnel.Indices));

            pair.A.Send(pair.B, pair.Now); // the next packet begins again
            Assert.Equal(19, pair.A.OutOf(Message.Initiation).Length);
        }
    }

    [Fact]
    public void Steady_traffic_does_not_hide_that_nobody_answers()
    {
        var pair = new TestPair();
        var start = pair.Mono;
        while ((pair.Mono - start).TotalSeconds < 30)
        {
            pair.A.Send(pair.B, pair.Now);
            pair.Run(TimeSpan.FromMilliseconds(10));
        }
        Assert.Equal(6, pair.A.OutOf(Message.Initiation).Length);
        Assert.Equal(5, pair.PeerB.UnansweredInitiations);
        Assert.Equal(5, pair.A.Events.Count(e => e == "unanswered"));
    }

    [Fact]
    public void A_keepalive_goes_out_10_s_after_data_if_nothing_else_did()
    {
        var pair = new TestPair().Connect();
        pair.B.Send(pair.A, pair.Now);
        pair.A.Take(pair.B.TakeOut(), pair.Now);
        pair.Run(Seconds(9.9));
        Assert.Empty(pair.A.Out);
        pair.Run(Seconds(.1));
        Assert.True(pair.A.TakeOut().IsKeepalive);
        pair.Run(Seconds(60));
        Assert.Empty(pair.A.Out);
    }

    [Fact]
    public void What_is_sent_takes_the_place_of_a_keepalive()
    {
        var pair = new TestPair().Connect();
        pair.B.Send(pair.A, pair.Now);
        pair.A.Take(pair.B.TakeOut(), pair.Now);
        pair.Run(Seconds(5));
        pair.A.Send(pair.B, pair.Now);
        pair.B.Take(pair.A.TakeOut(), pair.Now);
        pair.Run(Seconds(9.9));
        Assert.Empty(pair.A.Out);
    }

    [Fact]
    public void A_keepalive_is_not_answered()
    {
        var pair = new TestPair().Connect();
        pair.B.Send(pair.A, pair.Now);
        pair.Run(Seconds(100), exchanging: true);
        Assert.Equal(3, pair.PeerB.SentPackets); // initiation, confirmation, keepalive
        Assert.Equal(2, pair.PeerA.SentPackets); // response, data
    }

    [Fact]
    public void Data_received_after_data_gets_a_second_keepalive()
    {
        var pair = new TestPair().Connect();
        for (var i = 0; i < 2; i++)
        {
            pair.B.Send(pair.A, pair.Now);
            pair.A.Take(pair.B.TakeOut(), pair.Now);
        }
        pair.Run(Seconds(15));
        Assert.Single(pair.A.Out);
        pair.Run(Seconds(60));
        Assert.Equal(2, pair.A.Out.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Silence_for_15_s_after_data_makes_a_new_handshake(bool initiator)
    {
        var pair = new TestPair().Connect();
        var (from, to) = initiator ? (pair.A, pair.B) : (pair.B, pair.A);
        pair.Skip(Seconds(20));
        from.Send(to, pair.Now);
        pair.Run(Seconds(10));
        from.Send(to, pair.Now); // more data does not put it off
        pair.Run(Seconds(4.9));
        Assert.Empty(from.OutOf(Message.Initiation));
        pair.Run(Seconds(.1 + .334));
        Assert.Single(from.OutOf(Message.Initiation));
    }

    [Fact]
    public void An_answer_within_15_s_keeps_the_session()
    {
        var pair = new TestPair().Connect();
        pair.Skip(Seconds(20));
        pair.A.Send(pair.B, pair.Now);
        pair.Run(Seconds(60), exchanging: true); // B's keepalive answers
        Assert.Equal(1, pair.PeerB.Handshakes);
    }

    [Fact]
    public void Keys_are_zeroed_540_s_after_the_last_session()
    {
        var pair = new TestPair().Connect();
        pair.Run(Seconds(539.9));
        Assert.Equal((1, 1), (pair.A.Tunnel.Indices, pair.B.Tunnel.Indices));
        var keypair = pair.PeerB.Current!;
        pair.Run(Seconds(.1));
        Assert.Equal((0, 0), (pair.A.Tunnel.Indices, pair.B.Tunnel.Indices));
        Assert.False(pair.PeerB.HasSession || pair.PeerA.HasSession);
        Assert.Throws<ObjectDisposedException>(() => keypair.Seal([], new byte[32]));
    }

    [Fact]
    public void Keys_are_zeroed_540_s_after_giving_up_if_there_was_never_a_session_since()
    {
        var pair = new TestPair().Connect();
        pair.Run(Seconds(500));
        pair.A.Send(pair.B, pair.Now); // begins initiations that nobody answers
        pair.Run(Seconds(40));
        Assert.Null(pair.PeerB.Current);
        Assert.NotNull(pair.PeerB.Initiation); // of the last seconds
        pair.Run(Seconds(700));
        Assert.Null(pair.PeerB.Initiation);
        Assert.Equal(0, pair.A.Tunnel.Indices);
    }

    [Fact]
    public void A_persistent_keepalive_starts_a_session_and_keeps_it()
    {
        var pair = new TestPair();
        pair.A.Tunnel.SetPersistentKeepalive(pair.PeerB, 25, pair.Now);
        Assert.Single(pair.A.OutOf(Message.Initiation)); // at once
        pair.Run(Seconds(24), exchanging: true);
        var before = pair.PeerB.SentPackets;
        pair.Run(Seconds(1000), exchanging: true);
        Assert.InRange(pair.PeerB.SentPackets - before, 40, 60);
        Assert.InRange(pair.PeerB.Handshakes, 7, 9); // every 120 to 145 s
        Assert.True(pair.PeerA.Current!.MaySeal(pair.Mono));

        pair.A.Tunnel.SetPersistentKeepalive(pair.PeerB, 0, pair.Now);
        before = pair.PeerB.SentPackets;
        pair.Run(Seconds(1000), exchanging: true);
        Assert.Equal(before, pair.PeerB.SentPackets);
    }

    [Fact]
    public void A_greeting_asks_for_a_session_when_the_last_one_is_over()
    {
        var pair = new TestPair().Connect();
        pair.A.Tunnel.Greet(pair.PeerB, pair.Now);
        Assert.Empty(pair.A.Out);
        pair.Skip(Seconds(180));
        pair.A.Tunnel.Greet(pair.PeerB, pair.Now);
        Assert.Single(pair.A.OutOf(Message.Initiation));
    }

    [Fact]
    public void Initiations_are_5_s_apart_whatever_asks_for_them()
    {
        var pair = new TestPair();
        for (var i = 0; i < 49; i++)
        {
            pair.A.Send(pair.B, pair.Now);
            pair.A.Tunnel.Greet(pair.PeerB, pair.Now);
            pair.Run(Seconds(.1));
        }
        Assert.Single(pair.A.Out);
    }
}
