using Holdfast.Tests.Protocol.Sim;
using static Holdfast.Tests.Protocol.Sim.SimAct;

namespace Holdfast.Tests.Protocol;

/// <summary>What the simulation found and was mended since: the shortest schedule of each, as the shrinker printed it.</summary>
public sealed class SimulationFindings
{
    /// <summary>The peer remembers the timestamps of before, and takes the earlier ones for replays.</summary>
    [Fact]
    public void A_peer_that_is_added_again_after_the_clock_went_back() => SimRun.Passes(new(363, [(1, 2)],
    [
        new(Clock, 1, Value: -2646),
        new(Replace, 1, 2),
    ]));

    /// <summary>What is late when the counter leaps is behind the window: a drop of its own cause, not a copy.</summary>
    [Fact]
    public void A_message_that_is_overtaken_by_a_whole_window() => SimRun.Passes(new(6104, [(1, 2)],
    [
        new(Late, Value: 1),
        new(Send, 2, 1, 9),
        new(Send, 2, 1, 2),
        new(Send, 1, 2, 2),
        new(Send, 2, 1, 3),
        new(Send, 1, 2, 9),
        new(Send, 2, 1, 8),
        new(Pass, Value: 7500),
        new(Counter, 1, 2, -1),
    ]));
}
