using Holdfast.Protocol.Paths;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>Several links between two ends: which carries, and what happens when it stops.</summary>
public sealed class FailoverTests
{
    private static readonly TimeSpan HalfMillisecond = TimeSpan.FromMicroseconds(500);

    [Fact]
    public void Every_link_becomes_a_path_at_both_ends()
    {
        var net = new PathNet(3).Connect();
        foreach (var end in new[] { net.A, net.B })
        {
            Assert.Equal(3, end.Peer.Paths.Count(p => p.State == PathState.Up));
            Assert.Equal([1, 2, 3], end.Peer.Paths.Where(p => p.State == PathState.Up).Select(p => p.Local.InterfaceIndex).Order());
            Assert.All(end.Peer.Paths.Where(p => p.State == PathState.Up && p.RoundTripTime > TimeSpan.Zero),
                p => Assert.Equal(20, p.RoundTripTime.TotalMilliseconds, 1.0));
        }
    }

    [Theory, InlineData(true, false), InlineData(false, true), InlineData(true, true)]
    public void A_pulled_wire_loses_nothing(bool nearTells, bool farTells)
    {
        var net = new PathNet(2).Connect();
        net.Stream(2000, HalfMillisecond);
        var carrying = net.Links.Single(l => l.Index == net.A.Peer.ActivePath!.Local.InterfaceIndex);
        carrying.IsCut = true;
        if (nearTells) net.ShowUplinks(net.A, carrying);
        if (farTells) net.ShowUplinks(net.B, carrying);
        net.Stream(2000, HalfMillisecond);
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(net.Sent, net.B.Arrived.Select(a => a.Id).Distinct().Count());
        Assert.Equal(net.Sent, net.B.Arrived.Count);
        Assert.True(net.LongestGap < TimeSpan.FromMilliseconds(50), $"{net.LongestGap}\n{string.Join('\n', net.A.Told)}");
    }

    [Fact]
    public void A_silent_cut_loses_nothing()
    {
        var net = new PathNet(2).Connect();
        net.Stream(2000, HalfMillisecond);
        net.Links.Single(l => l.Index == net.A.Peer.ActivePath!.Local.InterfaceIndex).IsCut = true;
        net.Stream(2000, HalfMillisecond);
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(net.Sent, net.B.Arrived.Count);
        Assert.True(net.LongestGap < TimeSpan.FromMilliseconds(150), $"{net.LongestGap}\n{string.Join('\n', net.A.Told)}");
    }

    [Fact]
    public void Redundant_paths_lose_what_both_lose()
    {
        var net = new PathNet(2, seed: 7);
        net.A.Peer.PathMode = PathMode.Redundant;
        net.Connect();
        foreach (var link in net.Links) link.Loss = 0.05;
        net.Stream(20_000, HalfMillisecond);
        net.Run(TimeSpan.FromSeconds(1));
        var lost = net.Sent - net.B.Arrived.Count;
        Assert.InRange(lost, 1, net.Sent * 35 / 10_000);
    }

    [Fact]
    public void A_path_that_comes_back_does_not_lead_at_once()
    {
        var net = new PathNet(2).Connect();
        net.Stream(500, HalfMillisecond);
        var first = net.A.Peer.ActivePath!;
        var link = net.Links.Single(l => l.Index == first.Local.InterfaceIndex);
        link.IsCut = true;
        net.Stream(1000, TimeSpan.FromMilliseconds(2));
        Assert.Equal(PathState.Down, first.State);
        link.IsCut = false;
        net.Stream(5000, TimeSpan.FromMilliseconds(10));
        Assert.Equal(PathState.Up, first.State);
        Assert.NotEqual(first, net.A.Peer.ActivePath);
        Assert.Equal(net.Sent, net.B.Arrived.Count);
    }

    [Fact]
    public void Rekeys_go_over_whatever_path_works()
    {
        var net = new PathNet(2).Connect();
        net.Stream(100, HalfMillisecond);
        var handshakes = net.B.Peer.Handshakes;
        net.Stream(1500, TimeSpan.FromMilliseconds(100));
        Assert.True(net.B.Peer.Handshakes > handshakes);
        net.Links[0].IsCut = true;
        net.Stream(3000, TimeSpan.FromMilliseconds(100));
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(net.Sent, net.B.Arrived.Count);
    }

    [Theory, InlineData(1), InlineData(2)]
    public void A_new_mapping_is_followed_once_it_has_answered(int links)
    {
        var net = new PathNet(links).Connect();
        net.Stream(200, HalfMillisecond);
        foreach (var link in net.Links) Move(link, 4711);
        var before = net.A.Arrived.Count;
        for (var i = 0; i < 400; i++)
        {
            net.A.Send(net.B, 100_000 + i);
            net.B.Send(net.A, i);
            net.Run(HalfMillisecond);
        }
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(4711, net.B.Peer.Endpoint.Port);
        Assert.Contains(net.B.Told, told => told.StartsWith("is at ", StringComparison.Ordinal) && told.EndsWith(":4711", StringComparison.Ordinal));
        // The first one by the new mapping takes half a round trip, and as much is under way to the old one.
        Assert.InRange(net.A.Arrived.Count - before, 400 - (int)(20 / 0.5), 400);
    }

    [Fact]
    public void A_pinned_path_leads_while_it_works_and_a_drained_one_only_alone()
    {
        var net = new PathNet(3).Connect();
        var (first, pinned) = (net.A.Peer.ActivePath!, PathBy(3));
        net.A.Tunnel.SetPathWish(net.A.Peer, pinned, PathWish.Pinned, net.Now);
        Assert.Equal(pinned, net.A.Peer.ActivePath);
        net.Stream(200, HalfMillisecond);
        net.Links[2].IsCut = true;
        net.Stream(1000, HalfMillisecond);
        Assert.NotEqual(pinned, net.A.Peer.ActivePath);
        net.Links[2].IsCut = false;
        net.Stream(1000, TimeSpan.FromMilliseconds(5));
        Assert.Equal(pinned, net.A.Peer.ActivePath);

        net.A.Tunnel.SetPathWish(net.A.Peer, pinned, PathWish.Drained, net.Now);
        Assert.NotEqual(pinned, net.A.Peer.ActivePath);
        net.Stream(200, HalfMillisecond);
        foreach (var link in net.Links.Take(2)) link.IsCut = true;
        net.Stream(1000, HalfMillisecond);
        Assert.Equal(pinned, net.A.Peer.ActivePath);
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(net.Sent, net.B.Arrived.Count);
        Assert.NotEqual(first, pinned);

        PeerPath PathBy(int link) => net.A.Peer.Paths.First(p => p.Local.InterfaceIndex == link && p.State == PathState.Up);
    }

    [Fact]
    public void What_comes_by_an_uplink_that_is_lost_makes_no_way_around_its_loss()
    {
        var net = new PathNet(2).Connect();
        net.ShowUplinks(net.A, net.Links[1]); // the link itself goes on
        net.Stream(500, TimeSpan.FromMilliseconds(10));
        Assert.All(net.A.Peer.Paths, path => Assert.NotEqual(0, path.Local.InterfaceIndex));
        Assert.DoesNotContain(net.A.Peer.Paths, path => path.Local.InterfaceIndex == 2 && path.State == PathState.Up);
    }

    [Fact]
    public void All_uplinks_lost_and_back_are_the_same_paths()
    {
        var net = new PathNet(2).Connect();
        net.Stream(100, TimeSpan.FromMilliseconds(10));
        foreach (var link in net.Links) link.IsCut = true;
        net.ShowUplinks(net.A, [.. net.Links]);
        net.Stream(100, TimeSpan.FromMilliseconds(10)); // as the host's routing would have it
        foreach (var link in net.Links) link.IsCut = false;
        net.Stream(100, TimeSpan.FromMilliseconds(10));
        net.ShowUplinks(net.A);
        net.Stream(300, TimeSpan.FromMilliseconds(10));
        Assert.Equal([1, 2], net.A.Peer.Paths.Where(path => path.State == PathState.Up).Select(path => path.Local.InterfaceIndex).Order());
    }

    [Fact]
    public void An_uplink_that_was_heard_before_it_was_known_is_one_path()
    {
        var net = new PathNet(2);
        net.ShowUplinks(net.A, net.Links[1]);
        net.Connect();
        net.B.Tunnel.SetElsewhere(net.B.Peer, [net.Links[1].Near], net.Now);
        net.Stream(100, TimeSpan.FromMilliseconds(10));
        Assert.Contains(net.A.Peer.Paths, path => path is { Local.InterfaceIndex: 0, State: PathState.Up });
        net.ShowUplinks(net.A);
        net.Stream(200, TimeSpan.FromMilliseconds(10));
        Assert.Equal([1, 2], net.A.Peer.Paths.Where(path => path.State == PathState.Up).Select(path => path.Local.InterfaceIndex).Order());
        Assert.Equal(net.Sent, net.B.Arrived.Count);
    }

    [Fact]
    public void An_end_that_began_anew_without_a_word_is_met_as_soon_as_no_path_answers()
    {
        var net = new PathNet(2).Connect();
        net.Run(TimeSpan.FromSeconds(10)); // an initiation may follow the last one
        net.Stream(200, HalfMillisecond);
        net.RestartB();
        var restarted = net.Now.Mono;
        net.Stream(400, TimeSpan.FromMilliseconds(10));
        var first = net.B.Arrived[0].At - restarted;
        Assert.True(first < TimeSpan.FromSeconds(1), $"{first}\n{string.Join('\n', net.A.Told)}");
        // What the one before did not get is no loss of the path's.
        Assert.All(net.A.Peer.Paths.Where(p => p is { State: PathState.Up, ArrivedOf: > 0 }), p => Assert.InRange(p.ArrivedOf - p.ArrivedPackets, -20, 0));
    }

    [Fact]
    public void An_end_that_comes_while_an_initiation_is_unanswered_gets_it_within_a_second()
    {
        var net = new PathNet(2).Connect();
        net.Run(TimeSpan.FromSeconds(10));
        foreach (var link in net.Links) link.IsCut = true;
        net.Stream(200, TimeSpan.FromMilliseconds(10)); // the first initiation goes in the first second, the next 5 s later
        net.RestartB();
        foreach (var link in net.Links) link.IsCut = false;
        var restarted = net.Now.Mono;
        net.Stream(400, TimeSpan.FromMilliseconds(10));
        var first = net.B.Arrived[0].At - restarted;
        Assert.True(first < TimeSpan.FromSeconds(1.2), $"{first}\n{string.Join('\n', net.A.Told)}");
    }

    [Fact]
    public void A_restarted_end_is_asked_again_to_acknowledge()
    {
        var net = new PathNet(2).Connect();
        net.Stream(200, HalfMillisecond);
        net.RestartB();
        net.Stream(4000, TimeSpan.FromMilliseconds(10));
        net.Stream(2000, HalfMillisecond);
        net.Run(TimeSpan.FromSeconds(1));
        var told = net.A.Told.Count;
        net.Links.Single(l => l.Index == net.A.Peer.ActivePath!.Local.InterfaceIndex).IsCut = true;
        var (sent, arrived) = (net.Sent, net.B.Arrived.Count);
        net.Stream(2000, HalfMillisecond);
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(net.Sent - sent, net.B.Arrived.Count - arrived);
        Assert.True(net.A.Told.Count > told);
    }

    [Theory, InlineData(1), InlineData(2)]
    public void Moves_are_followed_in_each_session_at_any_moment(int links)
    {
        var net = new PathNet(links).Connect();
        for (var port = 4700; port < 4720; port++)
        {
            foreach (var link in net.Links) Move(link, port);
            net.Stream(10, TimeSpan.FromMilliseconds(100), back: true);
            Assert.Equal(port, net.B.Peer.Endpoint.Port);
            net.Stream(230, TimeSpan.FromMilliseconds(100), back: true); // a session is 120 s: each move comes at another moment of one
        }
        Assert.True(net.A.Peer.Handshakes > 3);
    }

    [Theory, InlineData(PathMode.Failover), InlineData(PathMode.Bond), InlineData(PathMode.Redundant)]
    public void What_goes_to_a_peer_while_its_new_place_is_proved_arrives(PathMode mode)
    {
        var net = new PathNet(1);
        (net.A.Peer.PathMode, net.B.Peer.PathMode) = (mode, mode);
        net.Connect();
        var link = net.Links[0];
        // The first time neither has a table of paths; later each knows that the other acknowledges.
        for (var port = 4700; port < 4705; port++)
        {
            Move(link, port);
            net.Stream(1, link.Delay); // B hears it, and asks there
            var (sent, arrived) = (net.SentBack, net.A.Arrived.Count);
            Assert.NotEqual(port, net.B.Peer.Endpoint.Port);
            net.Stream(20, link.Delay / 10, back: true);
            net.Run(TimeSpan.FromSeconds(1));
            Assert.Equal(port, net.B.Peer.Endpoint.Port);
            Assert.Equal(net.SentBack - sent, net.A.Arrived.Count - arrived);
            net.Stream(5, TimeSpan.FromSeconds(1), back: true);
        }
        Assert.Equal(net.Sent, net.B.Arrived.Count);
        Assert.Equal(net.SentBack, net.A.Arrived.Count);
    }

    [Theory]
    [InlineData(1, PathMode.Failover), InlineData(1, PathMode.Bond), InlineData(2, PathMode.Failover), InlineData(2, PathMode.Bond)]
    public void So_does_it_after_an_outage(int links, PathMode mode)
    {
        var net = new PathNet(links);
        (net.A.Peer.PathMode, net.B.Peer.PathMode) = (mode, mode);
        net.Connect();
        var delay = net.Links[0].Delay;
        foreach (var link in net.Links) Move(link, 4700);
        net.Stream(20, TimeSpan.FromMilliseconds(100), back: true);
        foreach (var link in net.Links) link.IsCut = true;
        net.Stream(20, TimeSpan.FromMilliseconds(100), back: true);
        Assert.DoesNotContain(net.B.Peer.Paths, p => p.State == PathState.Up);
        foreach (var link in net.Links)
        {
            link.IsCut = false;
            Move(link, 4701);
        }
        net.Stream(1, delay);
        var (sent, arrived) = (net.SentBack, net.A.Arrived.Count);
        net.Stream(20, delay / 10, back: true);
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(net.SentBack - sent, net.A.Arrived.Count - arrived);
    }

    [Fact]
    public void Of_much_that_goes_to_a_peer_that_has_moved_the_last_arrives()
    {
        var net = new PathNet(1);
        (net.A.Peer.PathMode, net.B.Peer.PathMode) = (PathMode.Bond, PathMode.Bond);
        net.Connect();
        var link = net.Links[0];
        Move(link, 4700);
        net.Stream(1, link.Delay);
        net.A.Arrived.Clear();
        net.Stream(500, link.Delay / 500, size: 1400, back: true);
        var sent = net.SentBack;
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(Enumerable.Range(0, PathLimits.MovedPackets).Select(i => sent - PathLimits.MovedPackets + 1 + i), net.A.Arrived.Select(a => a.Id));
        // They are not acknowledged, and say nothing against the new path.
        net.Stream(2000, HalfMillisecond, back: true);
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal((PathState.Up, 4700), (net.B.Peer.ActivePath!.State, net.B.Peer.Endpoint.Port));
        Assert.Equal(PathLimits.MovedPackets, net.B.Peer.Paths.Sum(p => p.Resent));
        Assert.Equal(PathLimits.MovedPackets + 2000, net.A.Arrived.Count);
    }

    [Fact]
    public void Nothing_goes_where_a_peer_was_heard_and_does_not_answer()
    {
        var net = new PathNet(1).Connect();
        var link = net.Links[0];
        link.Forged = Holdfast.Protocol.Endpoint.From(new System.Net.IPEndPoint(new System.Net.IPAddress([198, 51, 100, 1]), 4700));
        net.Stream(1, link.Delay);
        link.Forged = null;
        var arrived = net.A.Arrived.Count;
        net.Stream(500, link.Delay, back: true);
        Assert.Equal(500, net.A.Arrived.Count - arrived);
        Assert.Equal(0, net.B.Peer.Paths.Sum(p => p.Resent));
        Assert.Null(net.B.Peer.PathTable!.Move);
    }

    private static void Move(PathLink link, int port) =>
        link.Near = Holdfast.Protocol.Endpoint.From(new System.Net.IPEndPoint(link.Near.ToIPEndPoint().Address, port));

    [Fact]
    public void Idle_paths_cost_next_to_nothing()
    {
        var net = new PathNet(2).Connect();
        net.Run(TimeSpan.FromSeconds(30));
        foreach (var link in net.Links) link.Taken = 0;
        net.Run(TimeSpan.FromSeconds(1000));
        // A probe and its answer each 25 s and path; a handshake by each path before a session is 180 s old, and each end's probe with it.
        Assert.All(net.Links, l => Assert.InRange(l.Taken, 1, (2 * 1000 / 25) + (6 * 10)));
    }
}
