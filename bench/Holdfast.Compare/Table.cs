using System.Globalization;

namespace Holdfast.Comparing;

/// <summary>The table at the end: medians, spread, and ratios against the reference.</summary>
internal static class Table
{
    private const int NameWidth = 42;
    private const int CellWidth = 38;

    /// <summary>Prints it.</summary>
    /// <param name="comparison">What was measured.</param>
    /// <param name="metrics">The lines, in order.</param>
    /// <param name="reference">Whose figures the others are put beside.</param>
    /// <param name="conditions">How it was measured.</param>
    /// <param name="patience">What an infinite time was longer than.</param>
    /// <param name="output">Where to.</param>
    public static void Print(Comparison comparison, IReadOnlyList<Metric> metrics, string reference, string conditions,
        TimeSpan patience, TextWriter output)
    {
        foreach (var (name, version) in comparison.Versions)
            output.WriteLine($"{name,-14} {version}");
        output.WriteLine();
        var rounds = comparison.Rounds.Values.First().Count;
        var ratio = comparison.Rounds.ContainsKey(reference) ? $"; x is the ratio to {reference}'s" : "";
        output.WriteLine($"{Environment.ProcessorCount} processors for everything. Median of {rounds} "
            + $"round{(rounds == 1 ? "" : "s")} (lowest to highest){ratio}.\n{conditions}");
        output.WriteLine();
        output.WriteLine(string.Concat(comparison.Versions.Select(v => v.Name.PadRight(CellWidth)))
            .Insert(0, "".PadRight(NameWidth)).TrimEnd());
        foreach (var metric in metrics.Where(m => comparison.Versions.Any(v => comparison.Figures(v.Name, m).Count > 0)))
        {
            var cells = comparison.Versions.Select(v
                => Cell(comparison, v.Name, metric, reference, patience).PadRight(CellWidth));
            output.WriteLine(($"{metric.Name}, {metric.Unit}".PadRight(NameWidth) + string.Concat(cells)).TrimEnd());
        }
    }

    private static string Cell(Comparison comparison, string contender, Metric metric, string reference,
        TimeSpan patience)
    {
        var figures = comparison.Figures(contender, metric);
        if (figures.Count == 0)
            return "-";
        string Show(double value) => double.IsInfinity(value)
            ? string.Create(CultureInfo.InvariantCulture, $">{patience.TotalSeconds:0}")
            : value.ToString($"N{metric.Decimals}", CultureInfo.InvariantCulture);
        var median = Comparison.Median(figures);
        var spread = figures.Count > 1 ? $" ({Show(figures[0])} to {Show(figures[^1])})" : "";
        return Show(median) + spread + Ratio(comparison, contender, metric, reference, median);
    }

    private static string Ratio(Comparison comparison, string contender, Metric metric, string reference,
        double median)
    {
        if (contender == reference || !comparison.Rounds.ContainsKey(reference))
            return "";
        var those = comparison.Figures(reference, metric);
        if (those.Count == 0)
            return "";
        var ratio = median / Comparison.Median(those);
        return double.IsFinite(ratio) ? string.Create(CultureInfo.InvariantCulture, $" x{ratio:0.00}") : "";
    }
}
