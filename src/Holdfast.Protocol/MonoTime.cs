namespace Holdfast.Protocol;

/// <summary>
/// A moment on a clock that never goes back, in nanoseconds since an origin of the caller's choice. Time is always an
/// argument of this assembly; it reads no clock.
/// </summary>
public readonly record struct MonoTime(long Nanoseconds) : IComparable<MonoTime>
{
    private const long TickNanoseconds = 100;

    /// <summary>A moment that never comes: a timer that is not armed.</summary>
    public static MonoTime Never => new(long.MaxValue);

    /// <summary>A moment before every other: something that has not happened yet.</summary>
    public static MonoTime LongAgo => new(long.MinValue / 2);

    /// <summary>Whether this moment has come at <paramref name="now"/>.</summary>
    public bool Passed(MonoTime now) => Nanoseconds <= now.Nanoseconds;

    /// <inheritdoc/>
    public int CompareTo(MonoTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>The moment <paramref name="span"/> later; what lies beyond the last moment never comes.</summary>
    public static MonoTime operator +(MonoTime time, TimeSpan span)
    {
        // 128 bits by hand: code with an Int128 in it is not compiled ahead of time.
        var high = Math.BigMul(span.Ticks, TickNanoseconds, out long low);
        var sum = unchecked((ulong)low + (ulong)time.Nanoseconds);
        high += (time.Nanoseconds >> 63) + (sum < (ulong)low ? 1 : 0);
        return new MonoTime(high == (long)sum >> 63 ? (long)sum : high < 0 ? long.MinValue : long.MaxValue);
    }

    /// <summary>The time between two moments.</summary>
    public static TimeSpan operator -(MonoTime left, MonoTime right)
    {
        // Whole ticks first: the difference in nanoseconds may be larger than a long.
        var ticks = left.Nanoseconds / TickNanoseconds - right.Nanoseconds / TickNanoseconds;
        var rest = left.Nanoseconds % TickNanoseconds - right.Nanoseconds % TickNanoseconds;
        (ticks, rest) = (ticks + rest / TickNanoseconds, rest % TickNanoseconds);
        // Towards zero.
        if (ticks > 0 && rest < 0) ticks--;
        else if (ticks < 0 && rest > 0) ticks++;
        return new TimeSpan(ticks);
    }

    /// <summary>Whether the left moment is earlier.</summary>
    public static bool operator <(MonoTime left, MonoTime right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>Whether the left moment is later.</summary>
    public static bool operator >(MonoTime left, MonoTime right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>Whether the left moment is not later.</summary>
    public static bool operator <=(MonoTime left, MonoTime right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>Whether the left moment is not earlier.</summary>
    public static bool operator >=(MonoTime left, MonoTime right) => left.Nanoseconds >= right.Nanoseconds;
}
