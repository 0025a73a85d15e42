using System.Globalization;

namespace Holdfast.LabTests.Scenarios;

/// <summary>What the rounds of one scenario gave: medians, with the least and the most.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Who">Who used the links together.</param>
internal sealed record BondRow(BondScenario Scenario, string Who)
{
    private readonly List<IReadOnlyList<BondFigure>> _alone = [];
    private readonly List<BondFigure> _together = [];
    private readonly List<double> _parts = [];

    /// <summary>The part of the reference that was reached.</summary>
    public double Median => Middle(_parts);

    /// <summary>The middle one, or the higher of the two in the middle.</summary>
    public static double Middle(IEnumerable<double> figures) => figures.Order().ElementAt(figures.Count() / 2);

    /// <summary>Takes a round's figures.</summary>
    /// <returns>The part of the reference that it reached.</returns>
    public double Add(IReadOnlyList<BondFigure> alone, BondFigure together)
    {
        _alone.Add(alone);
        _together.Add(together);
        _parts.Add(together.Megabits / Scenario.Reference(alone));
        return _parts[^1];
    }

    public override string ToString()
    {
        var alone = Scenario.Links.Select((_, link) => Invariant($"{Alone(link, f => f.Megabits):F1}"));
        var megabits = _together.Select(f => f.Megabits).ToList();
        return string.Join(" | ", Scenario, $"alone {string.Join(" + ", alone)}",
            Invariant($"{Who} {Middle(megabits):F1} ({megabits.Min():F1} to {megabits.Max():F1}) Mbit/s"),
            $"{Percent(Median)} ({Percent(_parts.Min())} to {Percent(_parts.Max())}) of "
                + $"{(Scenario.OfFirst ? "the first alone" : "the sum")}, {Percent(Scenario.Wanted)} wanted",
            Invariant($"{Alone(0, f => f.CpuSeconds):F2} and {Middle(_together.Select(f => f.CpuSeconds)):F2} s/GB"),
            $"{_parts.Count} rounds");
    }

    private double Alone(int link, Func<BondFigure, double> figure) => Middle(_alone.Select(round => figure(round[link])));

    private static string Percent(double part) => Invariant($"{part * 100:F1} %");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
