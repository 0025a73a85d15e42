using System.Diagnostics;
using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>
/// Random faults on all links but one, which is never touched: whatever happens to the others, no packet is lost or comes twice, the
/// stream never stands still for long, and both ends keep every rule that <see cref="PathWatch"/> knows. HOLDFAST_FIRST_SEED and
/// HOLDFAST_SEEDS choose the runs.
/// </summary>
public sealed class PathFaultTests(ITestOutputHelper output)
{
    private const int Steps = 60;

    private static readonly PathMode[] Modes = [PathMode.Failover, PathMode.Bond, PathMode.Redundant];
    private static readonly int FirstSeed = Number("HOLDFAST_FIRST_SEED", 1);
    private static readonly int Seeds = Number("HOLDFAST_SEEDS", 40);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(90), Idle = TimeSpan.FromSeconds(100);

    [Fact]
    public void With_one_good_link_nothing_is_lost()
    {
        var (failures, sum) = (new List<string>(), (Delivered: 0L, Probes: 0L, Switches: 0L, Seconds: 0.0));
        var clock = Stopwatch.StartNew();
        Parallel.For(FirstSeed, FirstSeed + Seeds, seed =>
        {
            var net = Run((ulong)seed, isMeshed: seed % 4 == 0, out var failure);
            lock (failures)
            {
                var (delivered, probes, switches) = net.Watch!.Seen;
                sum = (sum.Delivered + delivered, sum.Probes + probes, sum.Switches + switches,
                    sum.Seconds + (net.Now.Mono.Nanoseconds / 1e9));
                if (failure is not null) failures.Add(failure);
            }
        });
        output.WriteLine($"seeds {FirstSeed} to {FirstSeed + Seeds - 1}: {sum.Delivered} packets delivered, {sum.Probes} probes, "
            + $"{sum.Switches} switches, {sum.Seconds / 3600:F1} h of virtual time in {clock.Elapsed.TotalSeconds:F1} s, {failures.Count} failures");
        Assert.True(sum is { Delivered: > 0, Probes: > 0, Switches: > 0 });
        Assert.True(failures.Count == 0, string.Join("\n\n", failures.OrderBy(f => f.Length).Take(5)));
    }

    /// <summary>What it found and was mended: a packet held for longer than it may be; a path that was in doubt again and again; copies that
    /// went by one dead path after the other, or both by the same wire; one in doubt that answers each probe after the next is sent; one that carries and was not
    /// asked after a new session; acknowledgements that go by a slow path for long; a path taken for another, because a session that did not agree yet numbers none.</summary>
    [Theory, InlineData(58), InlineData(187), InlineData(635), InlineData(193), InlineData(664), InlineData(763), InlineData(1418), InlineData(1526), InlineData(1965),
        InlineData(1147), InlineData(1882), InlineData(1616, true)]
    public void What_was_found_stays_mended(ulong seed, bool isMeshed = false)
    {
        Run(seed, isMeshed, out var failure);
        Assert.True(failure is null, failure);
    }

    private static PathNet Run(ulong seed, bool isMeshed, out string? failure)
    {
        var random = new SimRandom(seed);
        var net = new PathNet(2 + random.Next(3), seed) { IsMeshed = isMeshed };
        var watch = net.BeWatched();
        net.A.Peer.PathMode = net.B.Peer.PathMode = Modes[(int)(seed % (ulong)Modes.Length)];
        foreach (var link in net.Links) link.Delay = TimeSpan.FromMilliseconds(1 + random.Next(60));
        net.Connect();
        var good = net.Links[random.Next(net.Links.Count)];
        var (back, script, dead, paused) = (random.Chance(0.5), new List<string>(), new HashSet<PathLink>(), new List<MonoTime>());
        for (var step = 0; step < Steps; step++)
        {
            var link = net.Links[random.Next(net.Links.Count)];
            if (link != good) script.Add($"{net.Now.Mono.Nanoseconds / 1e9:F3} link {link.Index} {Fault(net, link, dead, random)}");
            if (random.Chance(0.05)) paused.Add(Pause(net, random));
            net.Stream(50 + random.Next(400), TimeSpan.FromMicroseconds(500 + random.Next(8000)), back: back);
        }
        net.Run(TimeSpan.FromSeconds(5));
        watch.CheckEnd();
        var found = Missing(net, net.B, net.Sent) ?? Missing(net, net.A, net.SentBack) ?? Standstill(net, paused);
        foreach (var link in net.Links.Where(l => l != good)) script.Add($"link {link.Index} {Plug(net, link, dead)}");
        net.Run(Settling);
        watch.BeginIdle();
        net.Run(Idle);
        watch.CheckIdle(Idle);
        if (watch.Findings.Violations.Count > 0) found = string.Join('\n', watch.Findings.Violations.Take(5)) + found;
        failure = found is null ? null
            : $"seed {seed}, {net.A.Peer.PathMode}, {net.Links.Count} links{(isMeshed ? " to all addresses" : "")}, good is {good.Index}{(back ? ", both ways" : "")}, "
            + $"{Drops(net.A)}: {found}\n{string.Join('\n', script)}\n"
            + $"A: {string.Join("\nA: ", net.A.Told)}\nB: {string.Join("\nB: ", net.B.Told)}";
        return net;
    }

    private static string? Missing(PathNet net, PathEnd end, long sent)
    {
        var arrived = net.Watch!.DeliveredAt(end);
        var missing = Enumerable.Range(1, (int)sent).Where(id => !arrived.Contains(id)).ToArray();
        if (missing.Length == 0) return null;
        var before = end.Arrived.FirstOrDefault(a => a.Id > missing[0]).At.Nanoseconds / 1e9;
        return $"{missing.Length} are missing at end {end.Number}, first {missing[0]}, before {before:F3}";
    }

    private static string? Standstill(PathNet net, List<MonoTime> paused)
    {
        var slowest = net.Links.Max(l => l.Delay) * 2;
        var longest = net.B.Arrived.Zip(net.B.Arrived.Skip(1), (a, b) => (a.At, For: b.At - a.At, Until: b.At))
            .Where(gap => !paused.Exists(at => at > gap.At && at <= gap.Until)).MaxBy(gap => gap.For);
        return longest.For < TimeSpan.FromMilliseconds(400) + (slowest * 6) ? null
            : $"{longest.For} without any from {longest.At.Nanoseconds / 1e9:F3}";
    }

    private static string Drops(PathEnd end) =>
        string.Join(", ", Enum.GetValues<Drop>().Where(d => end.Tunnel.Drops[d] > 0).Select(d => $"{d} {end.Tunnel.Drops[d]}"));

    /// <summary>Nobody sends for a while; when that ends.</summary>
    private static MonoTime Pause(PathNet net, SimRandom random)
    {
        net.Run(TimeSpan.FromSeconds(5 + random.Next(60)));
        return net.Now.Mono;
    }

    private static string Fault(PathNet net, PathLink link, HashSet<PathLink> dead, SimRandom random)
    {
        net.Watch!.Fault();
        switch (random.Next(8))
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
                ShowBoth(net, dead);
                return "pulled, both ends see it";
            case 3:
                link.Near = Endpoint.From(new IPEndPoint(link.Near.ToIPEndPoint().Address, 1024 + random.Next(60_000)));
                return "another mapping";
            case 4:
                link.Delay = TimeSpan.FromMilliseconds(1 + random.Next(100));
                return $"delay {link.Delay.TotalMilliseconds} ms";
            case 5:
                link.Forged = Endpoint.From(new IPEndPoint(new IPAddress([198, 51, 100, (byte)random.Next(256)]), 1024 + random.Next(60_000)));
                return $"first end seems to be {link.Forged}";
            case 6:
                net.A.Tunnel.HandleUnreachable(link.Far, link.Index, new Unreachable(UnreachableKind.Host), net.Now);
                net.B.Tunnel.HandleUnreachable(link.Near, link.Index, new Unreachable(UnreachableKind.Port), net.Now);
                return "said to be unreachable";
            default:
                return Plug(net, link, dead);
        }
    }

    private static string Plug(PathNet net, PathLink link, HashSet<PathLink> dead)
    {
        net.Watch!.Fault();
        (link.IsCut, link.Forged) = (false, null);
        dead.Remove(link);
        ShowBoth(net, dead);
        return "plugged";
    }

    private static void ShowBoth(PathNet net, HashSet<PathLink> dead)
    {
        net.ShowUplinks(net.A, [.. dead]);
        net.ShowUplinks(net.B, [.. dead]);
    }

    private static int Number(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : usual;
}
