using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Soak;

/// <summary>
/// An hour of kills, reloads, `wg set` and address changes under load; at the end everything must be as it was at the
/// start. HOLDFAST_SOAK_MINUTES changes its length, HOLDFAST_SOAK_SEED what happens.
/// </summary>
public sealed partial class HourTests : LabTest
{
    /// <summary>What the live heap may have grown by: runtime caches, and code that is compiled again when it is
    /// hot.</summary>
    private const long HeapSlack = 256 << 10;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact(Explicit = true)]
    public async Task After_an_hour_of_faults_everything_is_as_at_the_start()
    {
        var minutes = Setting.Of("HOLDFAST_SOAK_MINUTES", 60);
        var seed = Setting.Of("HOLDFAST_SOAK_SEED", Random.Shared.Next());
        Say($"seed {seed}, {minutes} minutes");
        var lab = await Draw();
        await using var net = await SoakNet.Draw(lab);
        var bare = await Task.WhenAll(lab.Hosts.Select(HostState.Take));
        await net.Start();
        var watch = Stopwatch.StartNew();
        var (end, next) = (Minute * minutes, Minute);
        // One TCP stream of each peer lasts from here to the end.
        var streams = net.Peers.Select((peer, number) => Iperf.Run(peer.Host, net.HubHost, SoakNet.Hub, new IperfOptions
        {
            Time = end,
            Port = 5201 + number,
            Reverse = number == 1,
            // Less than the wire carries: a queue that is always full tells of TCP, not of the tunnel.
            More = ["--interval", "60", "--bitrate", "8M"],
        })).ToList();
        // Two connections each, for control and for data. A fault before that would leave a stream that never began.
        await Eventually.Gives(async () => (await net.HubHost.Run("ss", "-Htn", "state", "established",
                "sport >= :5201 and sport <= :5203")).Lines.Length,
            connections => connections == 2 * streams.Count, Seconds(20), "every stream to be connected");

        var faults = new SoakFaults(net, seed);
        await faults.WarmUp();
        var hub = await net.HubDaemon.Pid();
        var start = await Look(net, hub);
        Say($"start: {start.Figures}");
        try
        {
            while (watch.Elapsed < end - Minute / 2)
            {
                await faults.Next();
                await SomeLines(net, faults.Draw(20, 120));
                await net.HubHost.Run("wg", "show", "all", "dump");
                if (watch.Elapsed < next)
                    continue;
                next += Minute;
                Say(Line(watch.Elapsed, net, hub, faults, await HeapCount.Of(net.HubHost, "wg0")));
            }
            await faults.Settle();
        }
        catch (Exception e)
        {
            throw new LabException($"seed {seed}, fault {faults.Total + 1} ({faults.Last}): {e.Message}", e);
        }

        await ProcessShape.IsAgain(hub, start.Hub);
        await ProcessShape.IsAgain(net.SiteEnd.EnginePid(), start.Site);
        await ProcessShape.IsAgain(await net.BranchDaemon.Pid(), start.Branch);
        var now = await Look(net, hub);
        Say($"end: {now.Figures}; {faults.Counts}");
        Assert.Equal(start.Network, now.Network);
        Assert.True(now.Heap <= start.Heap + HeapSlack,
            $"the hub's live heap grew from {start.Heap} to {now.Heap} bytes");
        foreach (var (host, rows) in start.Rows)
            KeptRows.AreAgain(host, rows);
        foreach (var session in net.Sessions)
            Say($"session: {await session.Close()}");
        foreach (var stream in streams)
            Assert.True((await stream).Bytes > 0, "a stream carried nothing");
        Say($"streams: {string.Join(", ", streams.Select(s => $"{s.Result.Bytes / 1e6:F0} MB"))}");
        await LeavesNothing(lab, net, bare);
    }

    private static async Task LeavesNothing(Lab lab, SoakNet net, string[] bare)
    {
        await net.DisposeAsync();
        await net.Site.Holdfast("down", "wg0");
        await net.HubHost.Holdfast("down", "wg0");
        await net.Branch.Holdfast("down", "wg0");
        await net.HubDaemon.Stop();
        await net.BranchDaemon.Stop();
        await net.PlainEnd.Process!.Stop(); // killed, wireguard-go would leave its socket
        foreach (var (host, before) in lab.Hosts.Zip(bare))
        {
            Say($"{host.Name} is to be as it was");
            await HostState.IsAgain(host, before);
        }
    }

    private static async Task SomeLines(SoakNet net, int count)
    {
        var goal = net.Sessions[0].Progress.Echoed + count;
        await Eventually.Until(() => net.Sessions[0].Progress.Echoed >= goal, TimeSpan.FromSeconds(30),
            $"{count} more lines of the site's session");
        foreach (var session in net.Sessions)
            await session.Advances(TimeSpan.FromSeconds(30));
    }

    private static async Task<Shape> Look(SoakNet net, int hub)
    {
        Host[] hosts = [net.HubHost, net.Site, net.Branch];
        var network = await Task.WhenAll(hosts.Select(HostState.Take));
        return new Shape(ProcessShape.Of(hub), ProcessShape.Of(net.SiteEnd.EnginePid()),
            ProcessShape.Of(await net.BranchDaemon.Pid()), await HeapCount.Of(net.HubHost, "wg0"),
            [.. network.Select(Comparable)], hosts.ToDictionary(h => h, KeptRows.Of));
    }

    // A device that was made anew has another number and another link-local address; programs are those of the load.
    private static string Comparable(string state)
        => LinkLocal().Replace(Number().Replace(state.Split("== programs")[0], "N: "), "fe80::X");

    private static string Line(TimeSpan elapsed, SoakNet net, int hub, SoakFaults faults, long heap)
    {
        var shape = ProcessShape.Of(hub);
        var echoed = string.Join('/', net.Sessions.Select(s => s.Progress.Echoed));
        var gaps = string.Join('/', net.Sessions.Select(s => Math.Round(s.Progress.LongestGapMs)));
        return string.Create(CultureInfo.InvariantCulture, $"""
            {elapsed:hh\:mm\:ss} {faults.Total} faults; hub: {shape.Descriptors} descriptors, {shape.Threads} threads, {shape.ResidentBytes >> 20} MiB resident, {heap >> 10} KiB live heap; state {KeptRows.Bytes(net.HubHost) >> 10} KiB; lines {echoed}, longest gaps {gaps} ms; slowest to carry {faults.Slowest.Time.TotalSeconds:F1} s after {faults.Slowest.After}
            """);
    }

    [GeneratedRegex(@"^\d+: ", RegexOptions.Multiline)]
    private static partial Regex Number();

    [GeneratedRegex("fe80::[0-9a-f:]+")]
    private static partial Regex LinkLocal();

    private sealed record Shape(ProcessShape Hub, ProcessShape Site, ProcessShape Branch, long Heap,
        IReadOnlyList<string> Network, IReadOnlyDictionary<Host, string> Rows)
    {
        public string Figures => $"hub {Hub}, live heap {Heap} bytes; site {Site}; branch {Branch}";
    }
}
