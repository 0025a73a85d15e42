using System.Diagnostics;

namespace Holdfast.Micro;

/// <summary>One operation that is measured.</summary>
/// <param name="Name">Its name, as bench/expected-allocations.json has it.</param>
/// <param name="Bytes">Bytes of traffic that one operation handles; 0 when it handles none.</param>
/// <param name="Operation">Does it as often as it is told to.</param>
internal sealed record Benchmark(string Name, int Bytes, Action<int> Operation)
{
    // Code is compiled, threads' contexts are made, and buffers have grown after so many.
    private const int WarmUp = 100;

    // The best of several runs: what disturbs on a shared machine only ever adds.
    private const int Runs = 5;

    /// <summary>Measures.</summary>
    /// <param name="time">How long each run takes, roughly.</param>
    public Measured Measure(TimeSpan time)
    {
        Operation(WarmUp);
        var count = FindCount(time);
        var (best, allocated) = (double.MaxValue, long.MaxValue);
        for (var run = 0; run < Runs; run++)
        {
            var (start, before) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            Operation(count);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / count);
        }
        return new Measured(this, best, (allocated + count - 1) / count);
    }

    private int FindCount(TimeSpan time)
    {
        for (var count = 1; ; count *= 2)
        {
            var start = Stopwatch.GetTimestamp();
            Operation(count);
            if (Stopwatch.GetElapsedTime(start) * 2 >= time)
                return count * 2;
        }
    }
}
