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

    /// <summary>A round's figures.</summary>
    public void Add(IReadOnlyList<BondFigure> alone, BondFigure together)
    {
        _alone.Add(alone);
        _together.Add(together);
        _parts.Add(together.Megabits / Scenario.Reference(alone));
    }

    public override string ToString()
    {
        var alone = string.Join(" + ", Scenario.Links.Select((_, link) => Invariant($"{Middle(_alone.Select(round => round[link].Megabits)):F1}")));
        var together = _together.Select(f => f.Megabits).ToList();
        var cpu = Invariant($"{Middle(_alone.Select(round => round[0].CpuSeconds)):F2} and {Middle(_together.Select(f => f.CpuSeconds)):F2} s/GB");
        return $"{Scenario} | alone {alone} | {Who} "
            + Invariant($"{Middle(together):F1} ({together.Min():F1} to {together.Max():F1}) Mbit/s | ")
            + $"{Percent(Median)} ({Percent(_parts.Min())} to {Percent(_parts.Max())}) of {(Scenario.OfFirst ? "the first alone" : "the sum")}, "
            + Invariant($"{Percent(Scenario.Wanted)} wanted | {cpu} | {_parts.Count} rounds");
    }

    private static string Percent(double part) => Invariant($"{part * 100:F1} %");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
