using Holdfast.Protocol;
using Holdfast.Protocol.Paths;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>What the network says of datagrams: it hastens what is true, and what is false does nothing.</summary>
public sealed class HintTests(ITestOutputHelper output)
{
    private static readonly TimeSpan HalfMillisecond = TimeSpan.FromMicroseconds(500);
    private static readonly Unreachable NoHost = new(UnreachableKind.Host, new AddressBits(0xc0000201UL << 32, 0), 4);

    private static Unreachable TooBig(int mtu) => NoHost with { Kind = UnreachableKind.TooBig, Mtu = mtu };

    [Fact]
    public void A_path_that_is_said_not_to_carry_is_left_after_a_round_trip()
    {
        var silent = GapOfCut(hints: false, out _);
        var told = GapOfCut(hints: true, out var path);
        output.WriteLine($"gap of a cut: {silent.TotalMilliseconds:F1} ms, with ICMP {told.TotalMilliseconds:F1} ms");
        Assert.True(told < silent - TimeSpan.FromMilliseconds(10), $"{silent} without, {told} with");
        Assert.Equal((PathCause.Unreachable, NoHost), (path.Cause, path.Hint));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_path_in_doubt_goes_down_for_what_is_said_then(bool isSaid)
    {
        var net = new PathNet(2).Connect();
        net.Stream(2000, HalfMillisecond);
        var path = net.A.Peer.ActivePath!;
        var link = LinkOf(net, path);
        link.IsCut = true;
        while (path.State == PathState.Up) net.Stream(1, HalfMillisecond);
        Assert.Equal((PathState.Doubted, PathCause.DataUnanswered), (path.State, path.Cause));
        if (isSaid) net.A.Tunnel.HandleUnreachable(link.Far, link.Index, NoHost, net.Now); // routers may take a while to see it
        net.Run(TimeSpan.FromSeconds(3));
        Assert.Equal((PathState.Down, isSaid ? PathCause.Unreachable : PathCause.ProbesUnanswered), (path.State, path.Cause));
    }

    private static TimeSpan GapOfCut(bool hints, out PeerPath path)
    {
        var net = new PathNet(2).Connect();
        net.Stream(2000, HalfMillisecond);
        path = net.A.Peer.ActivePath!;
        var link = LinkOf(net, path);
        link.IsCut = true;
        for (var i = 0; i < 400; i++)
        {
            net.Stream(1, HalfMillisecond);
            if (hints && i > 0) net.A.Tunnel.HandleUnreachable(link.Far, link.Index, NoHost, net.Now);
        }
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(net.Sent, net.B.Arrived.Count);
        return net.LongestGap;
    }

    /// <summary>Whoever guesses the addresses can say it, a thousand times a second, also where an answer takes longer than a question is apart.</summary>
    [Theory, InlineData(10, PathMode.Failover), InlineData(300, PathMode.Failover), InlineData(10, PathMode.Bond), InlineData(10, PathMode.Redundant)]
    public void What_is_said_falsely_costs_four_probes_a_second_and_nothing_else(int delay, PathMode mode)
    {
        var net = new PathNet(2);
        net.A.Peer.PathMode = net.B.Peer.PathMode = mode;
        foreach (var link in net.Links) link.Delay = TimeSpan.FromMilliseconds(delay);
        net.Connect();
        net.Run(TimeSpan.FromSeconds(2));
        var watch = net.Watch is null ? net.BeWatched() : net.Watch;
        net.Stream(2000, HalfMillisecond);
        var (told, path, before) = (net.A.Told.Count, net.A.Peer.ActivePath!, watch.Seen.Probes);
        for (var i = 0; i < 20_000; i++)
        {
            net.Stream(1, HalfMillisecond);
            var what = (i % 3) switch { 0 => NoHost, 1 => TooBig(1280), _ => TooBig(0) };
            foreach (var link in net.Links) net.A.Tunnel.HandleUnreachable(link.Far, link.Index, what, net.Now);
        }
        Assert.Equal((told, path), (net.A.Told.Count, net.A.Peer.ActivePath!));
        Assert.InRange(watch.Seen.Probes - before, 1, 2 * 10 * (4 + 1 + 1)); // two paths for 10 s: questions, and both ends' usual probes
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(net.Sent, net.B.Arrived.Count);
    }

    [Fact]
    public void What_is_said_of_the_only_way_does_not_put_it_in_doubt()
    {
        var net = new PathNet(2).Connect();
        net.Links[1].IsCut = true;
        net.ShowUplinks(net.A, net.Links[1]);
        net.ShowUplinks(net.B, net.Links[1]);
        net.Stream(1000, HalfMillisecond);
        var told = net.A.Told.Count;
        for (var i = 0; i < 5000; i++)
        {
            net.Links[0].Loss = i % 100 == 0 ? 1 : 0; // also if something is lost now and then
            net.Stream(1, HalfMillisecond);
            net.A.Tunnel.HandleUnreachable(net.Links[0].Far, 1, NoHost, net.Now);
        }
        Assert.Equal(told, net.A.Told.Count);
    }

    [Fact]
    public void What_was_too_big_goes_once_more_when_that_is_said()
    {
        var net = new PathNet(2).Connect();
        net.Stream(200, HalfMillisecond);
        var link = LinkOf(net, net.A.Peer.ActivePath!);
        link.Mtu = 1400;
        for (var i = 0; i < 10; i++)
        {
            net.Stream(1, HalfMillisecond, size: 1300);
            net.Stream(1, HalfMillisecond, size: 1420);
        }
        net.A.Tunnel.HandleUnreachable(link.Far, link.Index, new Unreachable(UnreachableKind.TooBig, Mtu: 1400), net.Now);
        link.Mtu = int.MaxValue; // the kernel cuts them from here on
        var taken = link.Taken;
        net.Run(TimeSpan.FromMilliseconds(1));
        Assert.Equal(10, link.Taken - taken);
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(net.Sent, net.B.Arrived.Count);
        Assert.Equal(PathState.Up, net.A.Peer.ActivePath!.State);
    }

    [Fact]
    public void What_the_host_refuses_to_send_is_a_hint_as_well()
    {
        var net = new PathNet(2).Connect();
        net.Stream(2000, HalfMillisecond);
        var path = net.A.Peer.ActivePath!;
        LinkOf(net, path).IsCut = true;
        for (var i = 0; i < 100; i++)
        {
            net.Stream(1, HalfMillisecond);
            if (net.A.Peer.ActivePath == path) net.A.Tunnel.HandleRefused(net.A.Peer, path.Remote, path.Local.InterfaceIndex);
        }
        Assert.Equal((PathState.Doubted, PathCause.SendRefused), (path.State, path.Cause));
    }

    [Fact]
    public void What_is_said_of_another_place_or_by_another_uplink_is_nobodys()
    {
        var net = new PathNet(2).Connect();
        net.Stream(100, HalfMillisecond);
        var link = LinkOf(net, net.A.Peer.ActivePath!);
        net.A.Tunnel.HandleUnreachable(link.Far with { Port = 9 }, link.Index, NoHost, net.Now);
        net.A.Tunnel.HandleUnreachable(link.Far, 7, NoHost, net.Now);
        net.A.Tunnel.HandleUnreachable(link.Far, 0, NoHost, net.Now);
        Assert.DoesNotContain(net.A.Peer.Paths, p => p.IsHinted);
        net.A.Tunnel.HandleUnreachable(link.Far, link.Index, NoHost, net.Now);
        Assert.Single(net.A.Peer.Paths, p => p.IsHinted);
    }

    private static PathLink LinkOf(PathNet net, PeerPath path) => net.Links.Single(l => l.Index == path.Local.InterfaceIndex);
}
