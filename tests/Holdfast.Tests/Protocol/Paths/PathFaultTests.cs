using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>
/// Random faults on all links but one, which is never touched: whatever happens to the others, no packet is lost or comes twice, and
/// the stream never stands still for long. HOLDFAST_FIRST_SEED and HOLDFAST_SEEDS choose the runs.
/// </summary>
public sealed class PathFaultTests
{
    private static readonly PathMode[] Modes = [PathMode.Failover, PathMode.Bond, PathMode.Redundant];
    private static readonly int FirstSeed = Number("HOLDFAST_FIRST_SEED", 1);
    private static readonly int Seeds = Number("HOLDFAST_SEEDS", 40);

    [Fact]
    public void With_one_good_link_nothing_is_lost()
    {
        for (var seed = FirstSeed; seed < FirstSeed + Seeds; seed++) Run((ulong)seed);
    }

    private static void Run(ulong seed)
    {
        var random = new SimRandom(seed);
        var net = new PathNet(2 + random.Next(3), seed);
        net.A.Peer.PathMode = Modes[(int)(seed % (ulong)Modes.Length)];
        foreach (var link in net.Links) link.Delay = TimeSpan.FromMilliseconds(1 + random.Next(60));
        net.Connect();
        var good = net.Links[random.Next(net.Links.Count)];
        var script = new List<string>();
        var dead = new HashSet<PathLink>();
        for (var step = 0; step < 60; step++)
        {
            var link = net.Links[random.Next(net.Links.Count)];
            if (link != good) script.Add($"{net.Now.Mono.Nanoseconds / 1e9:F3} link {link.Index} {Fault(net, link, dead, random)}");
            net.Stream(50 + random.Next(400), TimeSpan.FromMicroseconds(500 + random.Next(8000)));
        }
        net.Run(TimeSpan.FromSeconds(5));
        var text = $"seed {seed}, {net.A.Peer.PathMode}, {net.Links.Count} links, good is {good.Index}, {Drops(net.A)}\n{string.Join('\n', script)}\nA: {string.Join("\nA: ", net.A.Told)}";
        var arrived = net.B.Arrived.Select(a => a.Id).ToHashSet();
        Assert.True(arrived.Count == net.B.Arrived.Count, $"{net.B.Arrived.Count - arrived.Count} came twice: {text}");
        var missing = Enumerable.Range(1, (int)net.Sent).Where(id => !arrived.Contains(id)).ToArray();
        Assert.True(missing.Length == 0, $"{missing.Length} are missing, first {missing.FirstOrDefault()}, "
            + $"before {net.B.Arrived.FirstOrDefault(a => a.Id > missing.FirstOrDefault()).At.Nanoseconds / 1e9:F3}: {text}");
        var slowest = net.Links.Max(l => l.Delay) * 2;
        Assert.True(net.LongestGap < TimeSpan.FromMilliseconds(400) + (slowest * 6), $"{net.LongestGap} without any: {text}");
    }

    private static string Drops(PathEnd end) =>
        string.Join(", ", Enum.GetValues<Drop>().Where(d => end.Tunnel.Drops[d] > 0).Select(d => $"{d} {end.Tunnel.Drops[d]}"));

    private static string Fault(PathNet net, PathLink link, HashSet<PathLink> dead, SimRandom random)
    {
        switch (random.Next(6))
        {
            case 0:
                link.IsCut = true;
                return "cut silently";
            case 1:
                link.IsCut = true;
                dead.Add(link);
                net.ShowUplinks(random.Chance(0.5) ? net.A : net.B, [.. dead]);
                return "pulled, one end sees it";
            case 2:
                link.IsCut = true;
                dead.Add(link);
                net.ShowUplinks(net.A, [.. dead]);
                net.ShowUplinks(net.B, [.. dead]);
                return "pulled, both ends see it";
            case 3:
                link.Near = Endpoint.From(new IPEndPoint(link.Near.ToIPEndPoint().Address, 1024 + random.Next(60_000)));
                return "another mapping";
            case 4:
                link.Delay = TimeSpan.FromMilliseconds(1 + random.Next(100));
                return $"delay {link.Delay.TotalMilliseconds} ms";
            default:
                link.IsCut = false;
                dead.Remove(link);
                net.ShowUplinks(net.A, [.. dead]);
                net.ShowUplinks(net.B, [.. dead]);
                return "plugged";
        }
    }

    private static int Number(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : usual;
}
