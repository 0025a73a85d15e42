using System.Globalization;

namespace Holdfast.LabTests.Scenarios;

/// <summary>What the rounds of one scenario gave: medians, with the least and the most.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Who">Who used the links together.</param>
internal sealed record BondRow(BondScenario Scenario, string Who)
{
    private readonly List<IReadOnlyList<double>> _alone = [];
    private readonly List<double> _together = [], _parts = [];

    /// <summary>The part of the reference that was reached.</summary>
    public double Median => Middle(_parts);

    /// <summary>A round's figures, in Mbit/s.</summary>
    public void Add(IReadOnlyList<double> alone, double together)
    {
        _alone.Add(alone);
        _together.Add(together);
        _parts.Add(together / Scenario.Reference(alone));
    }

    public override string ToString()
    {
        var alone = Scenario.Links.Select((_, link) => Middle(_alone.Select(round => round[link])).ToString("F1", CultureInfo.InvariantCulture));
        return FormattableString.Invariant($"{Scenario} | alone {string.Join(" + ", alone)} | {Who} {Middle(_together):F1} ")
            + FormattableString.Invariant($"({_together.Min():F1} to {_together.Max():F1}) Mbit/s | {Percent(Median)} ")
            + FormattableString.Invariant($"({Percent(_parts.Min())} to {Percent(_parts.Max())}) of {(Scenario.OfBest ? "the best link" : "the sum")}, ")
            + FormattableString.Invariant($"{Percent(Scenario.Wanted)} wanted | {_parts.Count} rounds");
    }

    private static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{part * 100:F1} %");

    private static double Middle(IEnumerable<double> figures) => figures.Order().ElementAt(figures.Count() / 2);
}
