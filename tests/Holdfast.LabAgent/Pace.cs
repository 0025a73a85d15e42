using System.Diagnostics;

namespace Holdfast.LabAgents;

/// <summary>
/// An even pace. Who was kept from it does not make up for more than a few milliseconds: such a rush would fill queues that the pace
/// itself never fills, and what is lost there says nothing about the way.
/// </summary>
/// <param name="rate">How many a second.</param>
internal sealed class Pace(int rate)
{
    private static readonly TimeSpan MostMadeUp = TimeSpan.FromMilliseconds(4);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _asked;
    private double _due;

    /// <summary>Waits for a moment. The framework's timers go by the kernel's tick, which may come every 4 ms only.</summary>
    public static void Wait() => Thread.Sleep(1);

    /// <summary>Since its begin.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>How many are due since this was asked last.</summary>
    public int Due()
    {
        var now = _watch.Elapsed;
        var late = now - _asked;
        _asked = now;
        _due += rate * (late < MostMadeUp ? late : MostMadeUp).TotalSeconds;
        var whole = (int)_due;
        _due -= whole;
        return whole;
    }
}
