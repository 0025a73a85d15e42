using Holdfast.Protocol;
using Holdfast.Protocol.Paths;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>All paths at once: what they carry together, and in which order it comes, with an independent model of the links.</summary>
public sealed class BondTests(ITestOutputHelper output)
{
    private const double Mbit = 1_000_000 / 8.0;
    private const int Size = 1400;
    private const int OnWire = 1408 + 32 + 28;

    [Theory]
    [InlineData("200 2, 200 2", 0.97)]
    [InlineData("200 20, 200 20", 0.97)]
    [InlineData("300 10, 100 40", 0.97)]
    [InlineData("50 5, 50 20, 50 40, 50 60", 0.97)]
    [InlineData("20 30, 2 60", 0.95)]
    public void More_than_they_carry_fills_all_of_them(string links, double least)
    {
        var net = Net(links);
        var sum = net.Links.Sum(l => l.BytesPerSecond);
        Offer(net, sum * 1.3, TimeSpan.FromSeconds(3));
        var (before, from) = (net.B.Arrived.Count, net.Now.Mono);
        Offer(net, sum * 1.3, TimeSpan.FromSeconds(4));
        var got = (net.B.Arrived.Count - before) * (double)OnWire / (net.Now.Mono - from).TotalSeconds / sum;
        output.WriteLine($"{links}: {got:P1} of the sum; {Describe(net)}");
        AssertInOrder(net, 0.001);
        Assert.True(got > least, $"{got:P1}");
    }

    [Theory]
    [InlineData("200 20, 200 20")]
    [InlineData("300 10, 100 40")]
    [InlineData("50 5, 50 20, 50 40, 50 60")]
    public void Less_than_they_carry_arrives_whole_and_in_order(string links)
    {
        var net = Net(links);
        var sum = net.Links.Sum(l => l.BytesPerSecond);
        for (var part = 0.1; part < 0.9; part += 0.1) Offer(net, sum * part, TimeSpan.FromSeconds(0.5));
        net.Run(TimeSpan.FromSeconds(1));
        output.WriteLine($"{links}: {Describe(net)}");
        Assert.Equal(net.Sent, net.B.Arrived.Count);
        AssertInOrder(net, 0);
    }

    [Fact]
    public void A_lossy_slow_path_beside_a_good_one_is_left()
    {
        var net = Net("200 20, 20 80");
        (net.Links[1].Loss, net.Links[1].Buffer) = (0.03, TimeSpan.FromMilliseconds(500));
        Offer(net, 260 * Mbit, TimeSpan.FromSeconds(5));
        var (before, from) = (net.B.Arrived.Count, net.Now.Mono);
        Offer(net, 260 * Mbit, TimeSpan.FromSeconds(5));
        var got = (net.B.Arrived.Count - before) * (double)OnWire / (net.Now.Mono - from).TotalSeconds / (200 * Mbit);
        output.WriteLine($"{got:P1} of the good one; {Describe(net)}");
        AssertInOrder(net, 0.01);
        Assert.True(got > 0.97, $"{got:P1}");
    }

    /// <summary>All that was under way by the faster one goes by the other, which loses of it; nothing follows that would overtake it.</summary>
    [Fact]
    public void What_the_survivor_loses_of_the_last_that_was_sent_goes_once_more()
    {
        var net = Net("200 20, 200 40, 200 60");
        Offer(net, 180 * Mbit, TimeSpan.FromSeconds(2));
        (net.Links[0].IsCut, net.Links[1].Loss) = (true, 0.1);
        Offer(net, 180 * Mbit, TimeSpan.FromMilliseconds(20));
        net.Run(TimeSpan.FromSeconds(1.5)); // what is older than two seconds is given up
        output.WriteLine(Describe(net));
        Assert.Equal(net.Sent - net.A.Tunnel.Drops[Drop.PathsFull], net.B.Arrived.Count);
    }

    [Fact]
    public void It_rests_longer_each_time_until_that_is_forgiven()
    {
        var net = Net("40 20, 4 80");
        net.Links[1].Loss = 0.05;
        Assert.Equal([20, 40, 20], new[] { 0, 1, 11 }.Select(RestAfter));

        double RestAfter(int minutes)
        {
            net.Run(TimeSpan.FromMinutes(minutes));
            var path = net.A.Peer.Paths.Single(p => p.Local.InterfaceIndex == 2 && p.State != PathState.Unproved);
            for (var i = 0; i < 100 && !path.Rests(net.Now.Mono); i++) Offer(net, 50 * Mbit, TimeSpan.FromSeconds(0.5));
            Assert.True(path.Rests(net.Now.Mono));
            return path.Rest.TotalSeconds;
        }
    }

    /// <summary>Those of a moment take a somewhat longer way: they are overtaken, and have come when they go once more.</summary>
    [Fact]
    public void What_is_sent_again_by_mistake_does_not_have_all_that_follows_sent_again()
    {
        var net = Net("200 20, 200 20");
        Offer(net, 360 * Mbit, TimeSpan.FromSeconds(2));
        net.Links[0].Delay *= 1.4;
        Offer(net, 360 * Mbit, TimeSpan.FromMilliseconds(5));
        net.Links[0].Delay /= 1.4;
        Offer(net, 360 * Mbit, TimeSpan.FromSeconds(2));
        var copies = net.B.Tunnel.Drops[Drop.Copy];
        output.WriteLine($"{copies} came twice; {Describe(net)}");
        Assert.InRange(copies, 1, 360 * Mbit * 0.01 / Size);
    }

    [Fact]
    public void Where_each_wire_leads_to_all_addresses_each_is_used_once()
    {
        var net = Net("50 5, 50 20, 50 40, 50 60", isMeshed: true);
        var sum = net.Links.Sum(l => l.BytesPerSecond);
        Offer(net, sum * 1.3, TimeSpan.FromSeconds(3));
        Assert.Equal(16, net.A.Peer.Paths.Count(p => p.State == PathState.Up));
        Assert.Equal([1, 2, 3, 4], Carrying());
        var (before, from) = (net.B.Arrived.Count, net.Now.Mono);
        Offer(net, sum * 1.3, TimeSpan.FromSeconds(3));
        var got = (net.B.Arrived.Count - before) * (double)OnWire / (net.Now.Mono - from).TotalSeconds / sum;
        output.WriteLine($"{got:P1} of the sum; {Describe(net)}");
        AssertInOrder(net, 0.001);
        Assert.True(got > 0.97, $"{got:P1}");

        Offer(net, sum * 0.2, TimeSpan.FromSeconds(1));
        net.Run(TimeSpan.FromSeconds(1));
        var lost = net.Sent - net.B.Arrived.Count; // there was more than they carry
        net.Links[0].IsCut = true;
        Offer(net, sum * 0.2, TimeSpan.FromSeconds(2));
        net.Run(TimeSpan.FromSeconds(1));
        Assert.Equal([2, 3, 4], Carrying().Distinct());
        Assert.Equal(lost, net.Sent - net.B.Arrived.Count);

        IEnumerable<int> Carrying() => net.A.Peer.Paths.Where(net.A.Peer.IsCarriedBy).Select(p => p.Local.InterfaceIndex).Order();
    }

    private static PathNet Net(string links, bool isMeshed = false)
    {
        var given = links.Split(", ").Select(l => l.Split(' ').Select(double.Parse).ToArray()).ToArray();
        var net = new PathNet(given.Length) { IsMeshed = isMeshed };
        net.A.Peer.PathMode = net.B.Peer.PathMode = PathMode.Bond;
        foreach (var (link, figures) in net.Links.Zip(given))
            (link.BytesPerSecond, link.Delay) = (figures[0] * Mbit, TimeSpan.FromMilliseconds(figures[1] / 2));
        net.Connect();
        net.Run(TimeSpan.FromSeconds(2));
        return net;
    }

    private static void Offer(PathNet net, double bytesPerSecond, TimeSpan span) =>
        net.Stream((int)(bytesPerSecond * span.TotalSeconds / Size), TimeSpan.FromSeconds(Size / bytesPerSecond), Size);

    private static void AssertInOrder(PathNet net, double most)
    {
        var (late, top) = (0, 0L);
        foreach (var (id, _) in net.B.Arrived)
        {
            if (id < top) late++;
            top = Math.Max(top, id);
        }
        Assert.Equal(net.B.Arrived.Count, net.B.Arrived.DistinctBy(a => a.Id).Count());
        Assert.True(late <= net.B.Arrived.Count * most, $"{late} of {net.B.Arrived.Count} came after later ones");
    }

    private static string Describe(PathNet net) => $"sent {net.Sent}, arrived {net.B.Arrived.Count}, longest gap {net.LongestGap.TotalMilliseconds:F1} ms\n"
        + string.Join('\n', net.A.Peer.Paths.Where(p => p.State != PathState.Unproved).Select(p => $"  {p.Local.InterfaceIndex} {p.State}{(p.Rests(net.Now.Mono) ? ", rests" : "")} {p.BytesPerSecond / Mbit:F1} Mbit/s, "
            + $"rtt {p.RoundTripTime.TotalMilliseconds:F1} ms (way {p.Rate.Way.TotalMilliseconds:F1}), sent {p.SentPackets}, "
            + $"resent {p.Resent}, lost {p.Rate.Lost}, dropped {net.Links.Sum(l => l.Index == p.Local.InterfaceIndex ? l.Dropped : 0)}"))
        + "\n  " + string.Join(", ", Enum.GetValues<Drop>().Where(d => net.A.Tunnel.Drops[d] > 0).Select(d => $"{d} {net.A.Tunnel.Drops[d]}"));
}
