using System.Globalization;
using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>What came out of a run: for each contender its version and one set of figures a round.</summary>
/// <param name="Contenders">Who took part.</param>
/// <param name="Versions">What each says it is.</param>
/// <param name="Rounds">The figures, in the order of the rounds.</param>
/// <param name="Patience">How long a restart was waited for.</param>
internal sealed record Comparison(IReadOnlyList<Contender> Contenders, IReadOnlyDictionary<Contender, string> Versions,
    IReadOnlyDictionary<Contender, List<IReadOnlyDictionary<Metric, double>>> Rounds, TimeSpan Patience)
{
    /// <summary>Runs all rounds, everybody in turn.</summary>
    /// <param name="plan">What.</param>
    /// <param name="progress">Hears who is being measured.</param>
    public static async Task<Comparison> Run(Plan plan, TextWriter progress)
    {
        var comparison = new Comparison(plan.Contenders, await FindVersions(plan.Contenders),
            plan.Contenders.ToDictionary(c => c, _ => new List<IReadOnlyDictionary<Metric, double>>()),
            plan.RestartPatience);
        for (var round = 1; round <= plan.Rounds; round++)
        {
            foreach (var contender in plan.Contenders)
            {
                progress.Write(string.Create(CultureInfo.InvariantCulture,
                    $"round {round} of {plan.Rounds}, {contender.Name}:"));
                comparison.Rounds[contender].Add(await Round.Run(contender, plan, (metric, value) => progress.Write(
                    string.Create(CultureInfo.InvariantCulture, $" {metric.Key}={value:0.##}"))));
                progress.WriteLine();
            }
        }
        return comparison;
    }

    /// <summary>All figures of one kind, lowest first; none if they make no sense for it.</summary>
    public IReadOnlyList<double> Figures(Contender contender, Metric metric)
        => [.. Rounds[contender].Where(r => r.ContainsKey(metric)).Select(r => r[metric]).Order()];

    /// <summary>The median of figures in order; the mean of the two in the middle if their number is even.</summary>
    public static double Median(IReadOnlyList<double> ordered)
        => (ordered[(ordered.Count - 1) / 2] + ordered[ordered.Count / 2]) / 2;

    private static async Task<IReadOnlyDictionary<Contender, string>> FindVersions(IReadOnlyList<Contender> contenders)
    {
        await using var lab = await Lab.Draw("host");
        var versions = new Dictionary<Contender, string>();
        foreach (var contender in contenders)
            versions[contender] = await contender.Version(lab.Host("host"));
        return versions;
    }
}
