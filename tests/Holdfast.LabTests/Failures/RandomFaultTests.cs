using System.Globalization;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Failures;

/// <summary>
/// Twenty TCP sessions between a site with two uplinks and its hub, under random faults: none breaks, none gets a wrong byte, and
/// each goes on. HOLDFAST_FIRST_SEED and HOLDFAST_SEEDS choose the runs of the long version, HOLDFAST_FAULTS their length.
/// </summary>
public sealed class RandomFaultTests : LabTest
{
    private const int Sessions = 20;

    /// <summary>What is left for the kernel's TCP after the last fault: it doubles the time between two tries as long as nothing
    /// comes (RFC 6298 section 5.5).</summary>
    private static readonly TimeSpan Patience = Seconds(60);

    /// <summary>A session that gets nothing for longer stands still.</summary>
    private static readonly TimeSpan LongestStall = Seconds(30);

    [Theory, InlineData("failover"), InlineData("bond")]
    public Task Twenty_sessions_outlive_random_faults(string mode) => Run(mode, seed: 3, faults: 6, Seconds(1.5));

    [Fact(Explicit = true)]
    public Task Fifty_faults_in_ten_minutes_on_failover() => RunLong("failover");

    [Fact(Explicit = true)]
    public Task Fifty_faults_in_ten_minutes_on_a_bond() => RunLong("bond");

    private async Task RunLong(string mode)
    {
        var first = Setting.Of("HOLDFAST_FIRST_SEED", Random.Shared.Next());
        for (var seed = first; seed < first + Setting.Of("HOLDFAST_SEEDS", 1); seed++)
            await Run(mode, seed, Setting.Of("HOLDFAST_FAULTS", 50), Seconds(12));
    }

    private async Task Run(string mode, int seed, int faults, TimeSpan pace)
    {
        var plan = FaultPlan.Draw(seed, faults, pace, TwoUplinks.Plain, TwoUplinks.Hidden);
        Say($"seed {seed}, {mode}: {string.Join("; ", plan)}");
        var net = await TwoUplinks.Lay(await Draw(), mode);
        await net.Start();
        RouteWatch[] watches = [await RouteWatch.Begin(net.Site), await RouteWatch.Begin(net.Hub)];
        await using var sessions = await TcpSessions.Open(net.Site, net.Hub, WgFile.HubV4, Sessions);
        var run = new RandomFaults(net, sessions, plan);
        await run.Run();
        await net.BothWork(Patience);
        var end = await sessions.Close(Patience);

        Say($"{plan.Count} faults: {run.Counts}");
        foreach (var habit in end.Sessions.GroupBy(s => s.Habit))
            Say($"longest gaps of {habit.Key} sessions, ms: {string.Join(", ", habit.Select(s => Whole(s.LongestMs)))}");
        Say($"sessions broken: {end.Broken}; {end.Sessions.Sum(s => s.Lines)} lines came back as they were");
        Say($"the longest gap was {Whole(end.Slowest.LongestMs)} ms, of session {end.Slowest.Number}:\n{run.About(end.Slowest)}");
        Assert.Equal((Sessions, 0), (end.Sessions.Count, end.Broken));
        Assert.True(end.Slowest.LongestMs < LongestStall.TotalMilliseconds, $"seed {seed}: {end.Slowest}\n{run.About(end.Slowest)}");
        // The device, its addresses and routes were there all the time.
        foreach (var watch in watches)
            watch.NothingWent();
    }

    private static string Whole(double milliseconds) => milliseconds.ToString("F0", CultureInfo.InvariantCulture);
}
