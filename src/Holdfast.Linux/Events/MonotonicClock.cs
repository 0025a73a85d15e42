namespace Holdfast.Linux.Events;

/// <summary>The clock that never jumps and also runs while the machine sleeps (CLOCK_BOOTTIME), so that keys age then
/// too. WireGuard in the kernel uses the same.</summary>
public static unsafe class MonotonicClock
{
    internal const int Clock = 7;

    /// <summary>Nanoseconds since the machine started.</summary>
    public static long Now
    {
        get
        {
            Libc.TimeSpec time;
            // It has no way to fail on a kernel that .NET runs on.
            Libc.ClockGetTime(Clock, &time);
            return time.Seconds * 1_000_000_000 + time.Nanoseconds;
        }
    }
}
