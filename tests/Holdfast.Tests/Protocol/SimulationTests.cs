using System.Diagnostics;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>Up to eight nodes, or a hub with its sites, in virtual time under random faults.</summary>
public sealed class SimulationTests
{
    private static int First => Number("HOLDFAST_FIRST_SEED", 1);

    private static int Seeds => Number("HOLDFAST_SEEDS", 500);

    [Fact]
    public void Nothing_breaks_under_random_faults()
    {
        var failures = new List<(SimSchedule Schedule, SimFindings Findings)>();
        var (packets, sessions, datagrams, seconds) = (0L, 0L, 0L, 0L);
        var clock = Stopwatch.StartNew();
        Parallel.For(First, First + Seeds, seed =>
        {
            var schedule = SimSchedule.Draw((ulong)seed);
            var world = SimRun.Of(schedule);
            Interlocked.Add(ref packets, world.Nodes.Sum(n => n.Account.Delivered));
            Interlocked.Add(ref sessions, world.Nodes.Sum(n => n.Account.Sessions));
            Interlocked.Add(ref datagrams, world.Nodes.Sum(n => n.Sinks.Sent.Datagrams));
            Interlocked.Add(ref seconds, world.Now.Nanoseconds / 1_000_000_000);
            if (world.Findings.Violations.Count == 0) return;
            lock (failures) failures.Add((schedule, world.Findings));
        });
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seeds {First} to {First + Seeds - 1}: {packets} packets delivered, {datagrams} datagrams, {sessions} sessions, "
            + $"{seconds / 3600} h of virtual time in {clock.Elapsed.TotalSeconds:F1} s, {failures.Count} failures"
            + string.Concat(failures.Select(f => $"\nseed {f.Schedule.Seed}: {f.Findings.Kind}")));
        Assert.True(packets > Seeds * 100L, $"only {packets} packets were delivered");
        Assert.True(failures.Count == 0, Report(failures));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_same_seed_gives_the_same_run(ulong seed)
    {
        var (first, second) = (SimRun.Of(SimSchedule.Draw(seed)), SimRun.Of(SimSchedule.Draw(seed)));
        Assert.NotEqual(0UL, first.Digest);
        Assert.Equal(first.Digest, second.Digest);
        Assert.Equal(first.Nodes.Select(n => n.Account.Delivered), second.Nodes.Select(n => n.Account.Delivered));
    }

    /// <summary>Which seeds, what was found, and the shortest schedule that shows the first.</summary>
    private static string Report(List<(SimSchedule Schedule, SimFindings Findings)> failures)
    {
        var lines = failures.OrderBy(f => f.Schedule.Steps.Length).Take(5)
            .Select(f => $"seed {f.Schedule.Seed}:\n  {string.Join("\n  ", f.Findings.Violations)}").ToList();
        foreach (var kind in failures.GroupBy(f => f.Findings.Kind!).Take(3))
        {
            var shrinker = new SimShrinker(kind.Key);
            var shortest = shrinker.Shrink(kind.MinBy(f => f.Schedule.Steps.Length).Schedule);
            lines.Add($"{kind.Count()} seeds ({string.Join(' ', kind.Take(20).Select(f => f.Schedule.Seed))}): {kind.Key}\n"
                + $"after {shrinker.Runs} runs the shortest schedule that shows it:\n{shortest.ToCode()}");
        }
        return string.Join('\n', lines);
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var n) ? n : otherwise;
}
