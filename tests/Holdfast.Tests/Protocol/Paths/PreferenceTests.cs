using Holdfast.Protocol.Paths;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>What is configured of uplinks: of like ones the greater weight leads, metered ones are asked rarely and used last.</summary>
public sealed class PreferenceTests
{
    private static readonly TimeSpan HalfMillisecond = TimeSpan.FromMicroseconds(500);

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Of_like_links_the_heaviest_leads_in_both_directions(int heaviest)
    {
        // Only A is told; B hears of it.
        var net = Net(3, (link, i) => link.Uplink = link.Uplink with { Weight = (ushort)(i + 1 == heaviest ? 200 : 50) });
        foreach (var link in net.Links) link.Delay += TimeSpan.FromMilliseconds(link.Index);
        net.Connect();
        net.Stream(2000, HalfMillisecond);
        Assert.Equal(heaviest, Leader(net.A));
        Assert.Equal(heaviest, Leader(net.B));
    }

    [Fact]
    public void A_weight_says_nothing_against_a_clearly_quicker_link()
    {
        var net = Net(2, (link, i) => link.Uplink = link.Uplink with { Weight = (ushort)(i == 0 ? 1000 : 1) });
        net.Links[0].Delay = TimeSpan.FromMilliseconds(60);
        net.Connect();
        net.Stream(2000, HalfMillisecond);
        Assert.Equal(2, Leader(net.A));
    }

    /// <summary>By pairs, the heaviest is preferred to the second, that to the lightest for its weight, and the lightest to the heaviest as
    /// clearly quicker.</summary>
    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(1, 0, 2)]
    [InlineData(2, 1, 0)]
    [InlineData(2, 0, 1)]
    public void Weights_and_round_trips_have_nobody_lead_in_turn(params int[] order)
    {
        (int Weight, int Milliseconds)[] uplinks = [(200, 42), (100, 22), (50, 10)];
        var net = Net(3, (link, i) =>
        {
            link.Uplink = link.Uplink with { Weight = (ushort)uplinks[order[i]].Weight };
            link.Delay = TimeSpan.FromMilliseconds(uplinks[order[i]].Milliseconds / 2.0);
        });
        var watch = net.BeWatched();
        net.Connect();
        net.Stream(500, TimeSpan.FromMilliseconds(10));
        var before = watch.Seen.Switches;
        net.Stream(1000, TimeSpan.FromMilliseconds(10));
        Assert.Equal(before, watch.Seen.Switches);
        Assert.Equal(100, uplinks[order[Leader(net.A) - 1]].Weight);
    }

    /// <summary>Between what is preferred for its weight and what is clearly quicker lies a band in which nothing changes.</summary>
    [Fact]
    public void A_round_trip_that_wavers_does_not_make_the_path_change_to_and_fro()
    {
        var net = Net(2, (link, i) => link.Uplink = link.Uplink with { Weight = (ushort)(i == 0 ? 200 : 100) });
        var watch = net.BeWatched();
        net.Connect();
        net.Stream(500, HalfMillisecond);
        var switches = watch.Seen.Switches;
        for (var i = 0; i < 60; i++)
        {
            net.Links[0].Delay = TimeSpan.FromMilliseconds(i % 2 == 0 ? 12 : 30); // about where weight counts and where it does not
            net.Stream(100, TimeSpan.FromMilliseconds(20));
        }
        Assert.Equal(switches, watch.Seen.Switches);
        Assert.True(watch.Findings.Violations.Count == 0, string.Join('\n', watch.Findings.Violations));
    }

    [Fact]
    public void A_heavy_link_that_comes_back_leads_after_its_hold_down()
    {
        var net = Net(2, (link, i) => link.Uplink = link.Uplink with { Weight = (ushort)(i == 0 ? 200 : 100) });
        net.Connect();
        net.Stream(500, HalfMillisecond);
        Assert.Equal(1, Leader(net.A));
        net.Links[0].IsCut = true;
        net.Stream(500, TimeSpan.FromMilliseconds(2));
        Assert.Equal(2, Leader(net.A));
        net.Links[0].IsCut = false;
        net.Stream(2000, TimeSpan.FromMilliseconds(10));
        Assert.Equal(1, Leader(net.A));
        Assert.Equal(net.Sent, net.B.Arrived.Count);
    }

    [Theory, InlineData(PathMode.Failover), InlineData(PathMode.Bond)]
    public void What_is_metered_is_used_last_and_a_backup_after_it(PathMode mode)
    {
        var net = Net(3, (link, i) => link.Uplink = link.Uplink with { IsMetered = i == 0, IsBackup = i == 1, Weight = (ushort)(i == 2 ? 1 : 1000) });
        net.A.Peer.PathMode = net.B.Peer.PathMode = mode;
        net.Links[2].Delay = TimeSpan.FromMilliseconds(80); // the worst of them by any measure
        net.Connect();
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal([3], Carries(net));
        net.Links[2].IsCut = true;
        Assert.Equal([1], Carries(net));
        net.Links[0].IsCut = true;
        Assert.Equal([2], Carries(net));
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(net.Sent, net.B.Arrived.Count);
    }

    [Fact]
    public void What_is_metered_is_asked_rarely()
    {
        var net = Net(2, (link, i) => link.Uplink = link.Uplink with { IsMetered = i == 0 });
        var watch = net.BeWatched();
        net.Connect();
        net.Run(TimeSpan.FromSeconds(30));
        foreach (var link in net.Links) link.Taken = 0;
        watch.BeginIdle();
        net.Run(TimeSpan.FromSeconds(960));
        watch.CheckIdle(TimeSpan.FromSeconds(960));
        Assert.True(watch.Findings.Violations.Count == 0, string.Join('\n', watch.Findings.Violations));
        // A probe and its answer each 120 s, or 25, and what renews the session by all paths as it gets old: five messages, each 120 s.
        Assert.InRange(net.Links[0].Taken, 1, (2 + 5) * ((960 / 120) + 1));
        Assert.InRange(net.Links[1].Taken, 2 * (960 / 25), (2 * ((960 / 25) + 1)) + (5 * ((960 / 120) + 1)));
        // Data by the other does not wake it: in 50 s there may be a probe, and a new session.
        net.Links[0].Taken = 0;
        net.Stream(1000, TimeSpan.FromMilliseconds(50));
        Assert.InRange(net.Links[0].Taken, 0, 2 * 2 + 5);
    }

    private static PathNet Net(int links, Action<PathLink, int> configure)
    {
        var net = new PathNet(links);
        for (var i = 0; i < links; i++) configure(net.Links[i], i);
        net.ShowUplinks(net.A);
        return net;
    }

    /// <summary>The links by which packets go, once it has settled which.</summary>
    private static int[] Carries(PathNet net)
    {
        net.Stream(1000, TimeSpan.FromMilliseconds(2));
        foreach (var link in net.Links) link.Taken = 0;
        net.Stream(500, TimeSpan.FromMilliseconds(2));
        return [.. net.Links.Where(l => l.Taken > 400).Select(l => l.Index)];
    }

    private static int Leader(PathEnd end) => end.Peer.ActivePath!.Local.InterfaceIndex;
}
