using System.Globalization;

namespace Holdfast.Fuzz.Loop;

/// <summary>What a run at one target came to.</summary>
internal sealed record FuzzFigures
{
    public required ulong Seed { get; init; }
    public long Executions { get; set; }
    public double Seconds { get; set; }
    public int Edges { get; set; }
    public int Corpus { get; set; }
    public int Crashes { get; set; }
    public int Hangs { get; set; }
    public int Allocations { get; set; }
    public int Leaks { get; set; }

    public int Findings => Crashes + Hangs + Allocations + Leaks;

    /// <summary>Adds a line to the target's file.</summary>
    internal void Append(string path) => File.AppendAllText(path, string.Create(CultureInfo.InvariantCulture,
        $"{Seed}\t{Executions}\t{Seconds:f1}\t{Edges}\t{Corpus}\t{Crashes}\t{Hangs}\t{Allocations}\t{Leaks}\n"));

    /// <summary>All runs that the file tells of.</summary>
    internal static FuzzFigures Sum(string path)
    {
        var sum = new FuzzFigures { Seed = 0 };
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            var fields = line.Split('\t');
            sum.Executions += Number(fields[1]);
            sum.Seconds += double.Parse(fields[2], CultureInfo.InvariantCulture);
            (sum.Edges, sum.Corpus) = ((int)Number(fields[3]), (int)Number(fields[4]));
            sum.Crashes += (int)Number(fields[5]);
            sum.Hangs += (int)Number(fields[6]);
            sum.Allocations += (int)Number(fields[7]);
            sum.Leaks += (int)Number(fields[8]);
        }
        return sum;
    }

    internal string Row(string target) => string.Create(CultureInfo.InvariantCulture,
        $"{target,-16}{Executions,13:n0}{Executions / Math.Max(Seconds, 0.001),11:n0}{Edges,7}{Corpus,8}{Crashes,9}{Hangs,7}{Allocations,13}{Leaks,7}");

    internal static string Heading =>
        $"{"target",-16}{"executions",13}{"exec/s",11}{"edges",7}{"corpus",8}{"crashes",9}{"hangs",7}{"allocations",13}{"leaks",7}";

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
