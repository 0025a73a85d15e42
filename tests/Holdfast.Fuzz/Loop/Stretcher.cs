using Holdfast.Fuzz.Instrumentation;

namespace Holdfast.Fuzz.Loop;

/// <summary>
/// Looks for readers whose work grows faster than their input: every piece of the dictionary, and every two of them, many times
/// over, once and with twice as many.
/// </summary>
internal static class Stretcher
{
    private const int Size = 64 << 10;
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);

    /// <summary>How many inputs take longer than is good.</summary>
    internal static int Run(Target target, TextWriter output)
    {
        byte[][] words = [.. target.Dictionary];
        var found = 0;
        foreach (var first in words.Append([]))
        {
            foreach (var second in words)
            {
                byte[] piece = [.. first, .. second];
                if (Measure(target, piece, Size) is var one && one < Slow) continue;
                var two = Measure(target, piece, 2 * Size);
                if (two < 3 * one) continue;
                found++;
                output.WriteLine($"{target.Name}: {CorpusFile.Encode(piece)} {Size / piece.Length} times: {one.TotalSeconds:f2} s, "
                    + $"twice as often: {two.TotalSeconds:f2} s");
            }
        }
        output.WriteLine($"{target.Name}: {words.Length * (words.Length + 1)} repetitions, {found} of them slow");
        return found;
    }

    private static TimeSpan Measure(Target target, ReadOnlySpan<byte> piece, int size)
    {
        var input = new byte[size / piece.Length * piece.Length];
        for (var at = 0; at < input.Length; at += piece.Length) piece.CopyTo(input.AsSpan(at));
        Edges.Begin();
        var started = Environment.CpuUsage.TotalTime; // a busy machine is not the reader's fault
        target.Read(input);
        return Environment.CpuUsage.TotalTime - started;
    }
}
