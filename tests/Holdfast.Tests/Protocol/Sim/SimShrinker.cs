using System.Diagnostics;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>
/// Makes a failing schedule shorter as long as it fails in the same way: fewer steps, then fewer links, then smaller values
/// (delta debugging). Bounded by the number of runs and by time.
/// </summary>
internal sealed class SimShrinker(string kind, Action<SimWorld>? sabotage = null)
{
    private const int MaximumRuns = 3000;

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Runs that it took.</summary>
    public int Runs { get; private set; }

    /// <summary>When it gives up and takes what it has.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    public SimSchedule Shrink(SimSchedule failing)
    {
        while (true)
        {
            var before = failing;
            failing = WithFewerSteps(failing);
            failing = WithFewerLinks(failing);
            failing = WithSmallerValues(failing);
            if (failing == before || IsTired) return failing;
        }
    }

    private bool IsTired => Runs >= MaximumRuns || _clock.Elapsed > Patience;

    private SimSchedule WithFewerSteps(SimSchedule failing)
    {
        for (var chunk = failing.Steps.Length / 2; chunk > 0; chunk /= 2)
        {
            for (var at = failing.Steps.Length - chunk; at >= 0 && !IsTired; at -= chunk)
            {
                if (at + chunk > failing.Steps.Length) continue;
                failing = Try(failing, failing with { Steps = [.. failing.Steps[..at], .. failing.Steps[(at + chunk)..]] });
            }
        }
        return failing;
    }

    private SimSchedule WithFewerLinks(SimSchedule failing)
    {
        for (var at = failing.Links.Length - 1; at >= 0 && failing.Links.Length > 1; at--)
            failing = Try(failing, failing with { Links = [.. failing.Links[..at], .. failing.Links[(at + 1)..]] });
        return failing;
    }

    private SimSchedule WithSmallerValues(SimSchedule failing)
    {
        for (var at = 0; at < failing.Steps.Length; at++)
        {
            // With fewer indices than sessions a node would look for a free one for ever.
            if (failing.Steps[at].Act == SimAct.FewIndices) continue;
            for (var rest = failing.Steps[at].Value; rest is > 1 or < -1 && !IsTired; rest /= 2)
            {
                var steps = (SimStep[])failing.Steps.Clone();
                steps[at] = steps[at] with { Value = rest / 2 };
                var smaller = Try(failing, failing with { Steps = steps });
                if (smaller == failing) break;
                failing = smaller;
            }
        }
        return failing;
    }

    private SimSchedule Try(SimSchedule failing, SimSchedule shorter)
    {
        if (IsTired) return failing;
        Runs++;
        return SimRun.Of(shorter, hasty: true, sabotage).Findings.Kind == kind ? shorter : failing;
    }
}
