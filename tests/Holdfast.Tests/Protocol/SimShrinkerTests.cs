using Holdfast.Protocol.Wire;
using Holdfast.Tests.Protocol.Sim;
using static Holdfast.Tests.Protocol.Sim.SimAct;

namespace Holdfast.Tests.Protocol;

/// <summary>A mistake put in on purpose is found, and its schedule shrinks to the steps that it takes.</summary>
public sealed class SimShrinkerTests
{
    /// <summary>Once node 1 has moved and the wire is slow, long data is damaged on its way.</summary>
    private static void Sabotage(SimWorld world)
    {
        var home = world.Nodes[0].Address;
        world.Tamper = datagram =>
        {
            if (world.Nodes[0].Address == home || world.Wire.Delay < TimeSpan.FromMilliseconds(100)) return datagram;
            if (datagram[0] == Message.Transport && datagram.Length > 1000) datagram[^1] ^= 1;
            return datagram;
        };
    }

    [Fact]
    public void A_mistake_is_found_and_its_schedule_shrinks_to_a_handful_of_steps()
    {
        var (failing, kind) = FirstFailure();
        Assert.True(failing.Steps.Length > 50, $"only {failing.Steps.Length} steps to begin with");

        var shrinker = new SimShrinker(kind, Sabotage) { Patience = TimeSpan.FromMinutes(5) };
        var shortest = shrinker.Shrink(failing);

        var code = shortest.ToCode();
        TestContext.Current.TestOutputHelper?.WriteLine($"{failing.Steps.Length} steps, {shrinker.Runs} runs:\n{code}");
        Assert.InRange(shortest.Steps.Length, 2, 6);
        Assert.Single(shortest.Links);
        Assert.Contains(shortest.Steps, s => s is { Act: Move, Node: 1 });
        Assert.Contains(shortest.Steps, s => s is { Act: Delay, Value: >= 100 and < 200 });
        Assert.Contains("new(Move, 1)", code);
        Assert.Equal(kind, SimRun.Of(shortest, hasty: true, Sabotage).Findings.Kind);
        Assert.Empty(SimRun.Of(shortest).Findings.Violations);
    }

    [Fact]
    public void What_does_not_fail_is_not_made_shorter()
    {
        var schedule = SimSchedule.Draw(1);
        var shrinker = new SimShrinker("something else") { Patience = TimeSpan.Zero };
        Assert.Same(schedule, shrinker.Shrink(schedule));
    }

    [Fact]
    public void A_schedule_prints_as_the_code_that_makes_it()
    {
        var schedule = new SimSchedule(7, [(1, 2), (2, 3)], [new(Cut, 1, 2), new(Loss, Value: 300), new(Hole, 2, 1, 500), new(Heal)]);
        Assert.Equal("""
            SimRun.Passes(new(7, [(1, 2), (2, 3)],
            [
                new(Cut, 1, 2),
                new(Loss, Value: 300),
                new(Hole, 2, 1, 500),
                new(Heal),
            ]));
            """, schedule.ToCode());
    }

    private static (SimSchedule Schedule, string Kind) FirstFailure()
    {
        for (var seed = 1UL; seed < 100; seed++)
        {
            var schedule = SimSchedule.Draw(seed);
            if (SimRun.Of(schedule, hasty: true, Sabotage).Findings.Kind is { } kind) return (schedule, kind);
        }
        throw new InvalidOperationException("no seed below 100 finds the mistake");
    }
}
