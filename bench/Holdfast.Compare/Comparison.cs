using System.Globalization;

namespace Holdfast.Comparing;

/// <summary>What came out of a run: for each contender, by name, its version and one set of figures a round.</summary>
/// <param name="Versions">Who took part, in turn, and what each says it is.</param>
/// <param name="Rounds">The figures, in the order of the rounds.</param>
internal sealed record Comparison(IReadOnlyList<(string Name, string Version)> Versions,
    IReadOnlyDictionary<string, List<IReadOnlyDictionary<Metric, double>>> Rounds)
{
    /// <summary>Runs all rounds, everybody in turn.</summary>
    /// <param name="versions">Who takes part, in turn, and what each says it is.</param>
    /// <param name="rounds">How many rounds.</param>
    /// <param name="measure">Measures one of them once, and tells each figure as it is found.</param>
    /// <param name="progress">Hears who is being measured.</param>
    public static async Task<Comparison> Run(IReadOnlyList<(string Name, string Version)> versions, int rounds,
        Func<string, Action<Metric, double>, Task<IReadOnlyDictionary<Metric, double>>> measure, TextWriter progress)
    {
        var comparison = new Comparison(versions,
            versions.ToDictionary(v => v.Name, _ => new List<IReadOnlyDictionary<Metric, double>>()));
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var (name, _) in versions)
            {
                progress.Write(string.Create(CultureInfo.InvariantCulture, $"round {round} of {rounds}, {name}:"));
                comparison.Rounds[name].Add(await measure(name, (metric, value) => progress.Write(
                    string.Create(CultureInfo.InvariantCulture, $" {metric.Key}={value:0.##}"))));
                progress.WriteLine();
            }
        }
        return comparison;
    }

    /// <summary>All figures of one kind, lowest first; none if they make no sense for it.</summary>
    public IReadOnlyList<double> Figures(string name, Metric metric)
        => [.. Rounds[name].Where(r => r.ContainsKey(metric)).Select(r => r[metric]).Order()];

    /// <summary>The median of figures in order; the mean of the two in the middle if their number is even.</summary>
    public static double Median(IReadOnlyList<double> ordered)
        => (ordered[(ordered.Count - 1) / 2] + ordered[ordered.Count / 2]) / 2;
}
