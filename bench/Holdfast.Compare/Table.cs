using System.Globalization;
using Holdfast.Comparing.Contenders;

namespace Holdfast.Comparing;

/// <summary>The table at the end: medians, spread, and ratios against the reference.</summary>
internal static class Table
{
    private const int NameWidth = 34;
    private const int CellWidth = 38;

    /// <summary>Prints it.</summary>
    public static void Print(Comparison comparison, TextWriter output)
    {
        var reference = comparison.Contenders.FirstOrDefault(c => c is WireguardGo);
        foreach (var contender in comparison.Contenders)
            output.WriteLine($"{contender.Name,-14} {comparison.Versions[contender]}");
        output.WriteLine();
        output.WriteLine(Explain(comparison, reference));
        output.WriteLine();
        output.WriteLine(string.Concat(comparison.Contenders.Select(c => c.Name.PadRight(CellWidth)))
            .Insert(0, "".PadRight(NameWidth)).TrimEnd());
        foreach (var metric in Metric.All)
        {
            var cells = comparison.Contenders.Select(c => Cell(comparison, c, metric, reference).PadRight(CellWidth));
            output.WriteLine(($"{metric.Name}, {metric.Unit}".PadRight(NameWidth) + string.Concat(cells)).TrimEnd());
        }
    }

    private static string Explain(Comparison comparison, Contender? reference)
    {
        var rounds = comparison.Rounds.Values.First().Count;
        var ratio = reference is null ? "" : $"; x is the ratio to {reference.Name}'s";
        return $"Two hosts, one veth pair, MTU 1500, {Environment.ProcessorCount} processors for everything. Median "
            + $"of {rounds} round{(rounds == 1 ? "" : "s")} (lowest to highest){ratio}.\n"
            + "UDP: the highest paced rate of which at most 0.1 % is lost. CPU: of the tunnel's processes, one TCP "
            + "stream.\nRestart: from kill -9, with the program started again at once, until pings flow; the near end "
            + "knows the far end's address.";
    }

    private static string Cell(Comparison comparison, Contender contender, Metric metric, Contender? reference)
    {
        var figures = comparison.Figures(contender, metric);
        if (figures.Count == 0)
            return "-";
        string Show(double value) => double.IsInfinity(value)
            ? string.Create(CultureInfo.InvariantCulture, $">{comparison.Patience.TotalSeconds:0}")
            : value.ToString($"N{metric.Decimals}", CultureInfo.InvariantCulture);
        var median = Comparison.Median(figures);
        var spread = figures.Count > 1 ? $" ({Show(figures[0])} to {Show(figures[^1])})" : "";
        return Show(median) + spread + Ratio(comparison, contender, metric, reference, median);
    }

    private static string Ratio(Comparison comparison, Contender contender, Metric metric, Contender? reference,
        double median)
    {
        if (reference is null || contender == reference)
            return "";
        var those = comparison.Figures(reference, metric);
        if (those.Count == 0)
            return "";
        var ratio = median / Comparison.Median(those);
        return double.IsFinite(ratio) ? string.Create(CultureInfo.InvariantCulture, $" x{ratio:0.00}") : "";
    }
}
