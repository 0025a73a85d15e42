namespace Holdfast.Fuzz.Loop;

/// <summary>How long to look, and where things are kept.</summary>
/// <param name="Executions">Ends after so many.</param>
/// <param name="Time">Ends after so long.</param>
/// <param name="Seed">The same seed, corpus and program give the same inputs.</param>
/// <param name="CorpusDirectory">The committed corpus.</param>
/// <param name="OutDirectory">Where findings, figures and the grown corpus go.</param>
internal sealed record FuzzPlan(long Executions, TimeSpan Time, ulong Seed, string CorpusDirectory, string OutDirectory)
{
    internal string CommittedOf(string target) => Path.Combine(CorpusDirectory, target + ".txt");

    internal string GrownOf(string target) => Path.Combine(OutDirectory, target + ".corpus.txt");

    internal string FiguresOf(string target) => Path.Combine(OutDirectory, target + ".figures.tsv");
}
