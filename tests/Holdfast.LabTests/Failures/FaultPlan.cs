namespace Holdfast.LabTests.Failures;

/// <summary>Faults drawn from a seed: the same seed gives the same faults at the same times.</summary>
internal static class FaultPlan
{
    private static readonly FaultKind[] Daemons =
        [FaultKind.KillHub, FaultKind.KillSite, FaultKind.RestartHub, FaultKind.RestartSite];

    private static readonly FaultKind[] Momentary = [FaultKind.Replug, FaultKind.Move, FaultKind.Rebind];

    /// <summary>Draws a plan. Every kind comes once before any comes again. A fault may begin while others last, on the other wire
    /// too; but nothing lasts for longer than two thirds of the pace, so that no blackout outlasts what TCP bears.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="count">How many faults.</param>
    /// <param name="pace">The mean time between two.</param>
    /// <param name="plain">The wire without NAT.</param>
    /// <param name="hidden">The wire with one.</param>
    public static IReadOnlyList<PlannedFault> Draw(int seed, int count, TimeSpan pace, string plain, string hidden)
    {
        var dice = new Random(seed);
        var plan = new List<PlannedFault>();
        var deck = new Queue<FaultKind>();
        var free = new Dictionary<string, TimeSpan> { [plain] = TimeSpan.Zero, [hidden] = TimeSpan.Zero, [""] = TimeSpan.Zero };
        var at = TimeSpan.Zero;
        while (plan.Count < count)
        {
            if (deck.Count == 0)
                deck = new(Enum.GetValues<FaultKind>().OrderBy(_ => dice.Next()));
            var kind = deck.Dequeue();
            at += pace * (0.5 + dice.NextDouble());
            var wire = Daemons.Contains(kind) ? "" : kind == FaultKind.Rebind || dice.Next(2) == 0 ? hidden : plain;
            // One thing at a time for each wire, and for the daemons.
            at = at > free[wire] ? at : free[wire];
            var hold = Momentary.Contains(kind) ? TimeSpan.Zero
                : wire.Length > 0 ? pace * (0.1 + dice.NextDouble() * 0.5) : pace * (dice.NextDouble() * 0.2);
            plan.Add(new PlannedFault(at, kind, wire.Length > 0 ? wire : null, hold, dice.Next(1000)));
            free[wire] = at + hold;
        }
        return plan;
    }
}
