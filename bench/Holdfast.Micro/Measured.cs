namespace Holdfast.Micro;

/// <summary>What a benchmark measured.</summary>
/// <param name="Benchmark">Which.</param>
/// <param name="Nanoseconds">Time of one operation, nanoseconds.</param>
/// <param name="Allocated">Bytes allocated by one operation, rounded up.</param>
internal sealed record Measured(Benchmark Benchmark, double Nanoseconds, long Allocated)
{
    /// <summary>Gbit/s of traffic that one thread could handle if it did nothing else; null without traffic.</summary>
    public double? GigabitsPerSecond => Benchmark.Bytes == 0 ? null : Benchmark.Bytes * 8 / Nanoseconds;
}
