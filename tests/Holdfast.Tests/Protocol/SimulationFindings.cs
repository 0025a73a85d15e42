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
}
