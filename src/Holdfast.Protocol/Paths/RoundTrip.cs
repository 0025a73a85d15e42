namespace Holdfast.Protocol.Paths;

/// <summary>Round trip times of a path, smoothed as RFC 9002 section 5.3 has it.</summary>
internal struct RoundTrip
{
    /// <summary>Assumed before anything was measured (RFC 9002 section 6.2.2).</summary>
    private static readonly TimeSpan Initial = TimeSpan.FromMilliseconds(333);

    /// <summary>Timers are no finer than this, nor is the peer's scheduler.</summary>
    private static readonly TimeSpan Granularity = TimeSpan.FromMilliseconds(5);

    /// <summary>The mean, the latest samples counting most; zero before the first.</summary>
    internal TimeSpan Smoothed { get; private set; }

    /// <summary>The mean deviation from it: the jitter.</summary>
    internal TimeSpan Variation { get; private set; }

    internal readonly bool IsKnown => Smoothed > TimeSpan.Zero;

    /// <summary>How long an answer may take before it is overdue (RFC 9002 section 6.2.1).</summary>
    internal readonly TimeSpan Patience
    {
        get
        {
            if (!IsKnown) return Initial * 2;
            var spread = Variation * 4;
            return Smoothed + (spread > Granularity ? spread : Granularity);
        }
    }

    internal static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;

    internal void Add(TimeSpan sample)
    {
        if (sample <= TimeSpan.Zero) sample = TimeSpan.FromTicks(1);
        if (!IsKnown)
        {
            (Smoothed, Variation) = (sample, sample / 2);
            return;
        }
        Variation = (Variation * 3 + (Smoothed - sample).Duration()) / 4;
        Smoothed = (Smoothed * 7 + sample) / 8;
    }
}
