using Holdfast.Protocol.Paths;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>What is told of paths: why each carries or stands by, its share of the traffic, and what is lost each way.</summary>
public sealed class ChoiceTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void The_quicker_one_carries_and_the_other_stands_by_for_that()
    {
        var net = Net(10, 30);
        Assert.Equal([(1, true, PathChoice.RoundTrip), (2, false, PathChoice.RoundTrip)], Choices(net));
    }

    [Fact]
    public void The_heavier_one_carries_and_the_other_stands_by_for_that()
    {
        var net = Net(10, 10, configure: net => net.Links[1].Uplink = net.Links[1].Uplink with { Weight = 200 });
        Assert.Equal([(1, false, PathChoice.Weight), (2, true, PathChoice.Weight)], Choices(net));
    }

    [Fact]
    public void A_backup_stands_by_as_such()
    {
        var net = Net(30, 10, configure: net => net.Links[1].Uplink = net.Links[1].Uplink with { IsBackup = true });
        Assert.Equal([(1, true, PathChoice.Rank), (2, false, PathChoice.Rank)], Choices(net));
    }

    [Fact]
    public void What_somebody_wants_decides()
    {
        var net = Net(10, 30);
        var slower = net.A.Peer.Paths.Single(p => p.Local.InterfaceIndex == 2 && p.State == PathState.Up);
        net.A.Tunnel.SetPathWish(net.A.Peer, slower, PathWish.Pinned, net.Now);
        Assert.Equal([(1, false, PathChoice.Wish), (2, true, PathChoice.Wish)], Choices(net));
    }

    [Fact]
    public void One_that_came_back_is_held_down_and_while_it_is_away_the_other_is_alone()
    {
        var net = Net(10, 30);
        net.Links[0].IsCut = true;
        net.Stream(1000, Millisecond);
        Assert.Equal([(2, true, PathChoice.Alone)], Choices(net));
        net.Links[0].IsCut = false;
        net.Stream(2500, Millisecond);
        Assert.Equal([(1, false, PathChoice.HeldDown), (2, true, PathChoice.HeldDown)], Choices(net));
    }

    [Fact]
    public void In_a_bond_each_is_the_quickest_by_its_uplink()
    {
        var net = Net(10, 10, configure: net => net.A.Peer.PathMode = net.B.Peer.PathMode = PathMode.Bond);
        Assert.Equal([(1, true, PathChoice.Ends), (2, true, PathChoice.Ends)], Choices(net));
        Assert.InRange(Shares(net).Sum(), 0.99, 1); // what could be one gets probes, too
    }

    [Fact]
    public void A_share_is_that_of_the_last_seconds()
    {
        var net = Net(10, 30);
        net.Stream(12_000, Millisecond);
        Assert.True(Shares(net)[0] > 0.95);
        net.Links[0].IsCut = true;
        net.Stream(12_000, Millisecond);
        Assert.True(Shares(net)[^1] > 0.95);
        net.Run(TimeSpan.FromSeconds(30));
        Assert.All(net.A.Peer.Paths, path => Assert.Null(net.A.Peer.ShareOf(path, net.Now.Mono)));
    }

    [Fact]
    public void Loss_is_known_for_each_way_and_direction()
    {
        var net = Net(10, 30);
        net.Stream(4000, Millisecond, back: true);
        net.Links[0].Loss = 0.1;
        net.Stream(12_000, Millisecond, back: true); // of 24,000 there, and 16,000 back
        var path = net.A.Peer.ActivePath!;
        Assert.Equal(1, path.Local.InterfaceIndex);
        Assert.InRange(1 - ((double)path.ArrivedPackets / path.ArrivedOf), 0.04, 0.06);
        Assert.InRange(1 - ((double)path.CamePackets / path.CameOf), 0.065, 0.085);
    }

    [Fact]
    public void Copies_that_come_second_are_no_loss_of_their_way()
    {
        var net = Net(10, 30, configure: net => net.A.Peer.PathMode = net.B.Peer.PathMode = PathMode.Redundant);
        net.Links[1].Loss = 0.1;
        net.Stream(8000, Millisecond); // of 16,000
        Assert.InRange(Lost(0), -1, 0); // what went before the session agreed counts as if it had come by the first
        Assert.InRange(Lost(1), 700, 900);

        long Lost(int link) => net.A.Peer.Paths.Single(p => p.Local.InterfaceIndex == link + 1 && p.State == PathState.Up) is var path
            ? path.ArrivedOf - path.ArrivedPackets : 0;
    }

    private static PathNet Net(int first, int second, Action<PathNet>? configure = null)
    {
        var net = new PathNet(2);
        (net.Links[0].Delay, net.Links[1].Delay) = (TimeSpan.FromMilliseconds(first), TimeSpan.FromMilliseconds(second));
        configure?.Invoke(net);
        net.ShowUplinks(net.A);
        net.Connect();
        net.Stream(8000, Millisecond);
        return net;
    }

    private static (int, bool, PathChoice)[] Choices(PathNet net) =>
    [
        .. net.A.Peer.Paths.Where(p => p.State == PathState.Up).OrderBy(p => p.Local.InterfaceIndex)
            .Select(p => (p.Local.InterfaceIndex, net.A.Peer.IsCarriedBy(p), net.A.Peer.ChoiceOf(p, net.Now.Mono))),
    ];

    private static double[] Shares(PathNet net) =>
        [.. net.A.Peer.Paths.Where(p => p.State == PathState.Up).OrderBy(p => p.Local.InterfaceIndex).Select(p => net.A.Peer.ShareOf(p, net.Now.Mono)!.Value)];
}
