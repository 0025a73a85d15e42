using System.Buffers.Binary;

namespace Holdfast.Protocol.Wire;

/// <summary>
/// A TAI64N label as initiations carry it (paper 5.1): seconds with the external TAI64 offset, then nanoseconds. The low 24
/// bits of the nanoseconds tell nothing of the clock: zero, as the kernel's module keeps them, or a mark on the wire.
/// </summary>
/// <param name="Seconds">TAI64 seconds: 2^62 + 10 + Unix seconds.</param>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
public readonly record struct Tai64n(ulong Seconds, uint Nanoseconds) : IComparable<Tai64n>
{
    /// <summary>Size on the wire in bytes.</summary>
    public const int Size = 12;

    /// <summary>Two labels of one end are at least so many nanoseconds apart.</summary>
    internal const uint Granularity = 1 << 24;

    private const ulong UnixEpoch = 0x4000_0000_0000_000AUL;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The label of a wall-clock moment, rounded down to its granularity of about 17 ms.</summary>
    public static Tai64n FromUnix(long unixNanoseconds)
    {
        var seconds = Math.DivRem(unixNanoseconds, NanosecondsPerSecond, out var rest);
        if (rest < 0) (seconds, rest) = (seconds - 1, rest + NanosecondsPerSecond);
        return new Tai64n(UnixEpoch + (ulong)seconds, (uint)rest & ~(Granularity - 1));
    }

    /// <summary>The wall-clock moment, in nanoseconds since 1970; bounded to what fits.</summary>
    public long ToUnix()
    {
        var seconds = (long)(Seconds - UnixEpoch);
        return Math.Clamp(seconds, long.MinValue / NanosecondsPerSecond + 1, (long.MaxValue / NanosecondsPerSecond) - 1)
            * NanosecondsPerSecond + Nanoseconds;
    }

    /// <summary>The label of now, or the next one after <paramref name="last"/> if the clock stands or went back.</summary>
    public static Tai64n After(Tai64n last, long unixNanoseconds)
    {
        var label = FromUnix(unixNanoseconds);
        if (label.CompareTo(last) > 0) return label;
        var next = (long)(last.Nanoseconds & ~(Granularity - 1)) + Granularity;
        return next < NanosecondsPerSecond ? last with { Nanoseconds = (uint)next } : new Tai64n(last.Seconds + 1, 0);
    }

    /// <summary>Reads the twelve bytes of the wire.</summary>
    public static Tai64n Read(ReadOnlySpan<byte> borrowed) => new(
        BinaryPrimitives.ReadUInt64BigEndian(borrowed), BinaryPrimitives.ReadUInt32BigEndian(borrowed[8..]));

    /// <summary>Fills the twelve bytes of the wire.</summary>
    public void Write(Span<byte> fill)
    {
        BinaryPrimitives.WriteUInt64BigEndian(fill, Seconds);
        BinaryPrimitives.WriteUInt32BigEndian(fill[8..], Nanoseconds);
    }

    /// <inheritdoc/>
    public int CompareTo(Tai64n other)
    {
        var seconds = Seconds.CompareTo(other.Seconds);
        return seconds != 0 ? seconds : Nanoseconds.CompareTo(other.Nanoseconds);
    }

    /// <summary>Whether the left label is earlier.</summary>
    public static bool operator <(Tai64n left, Tai64n right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left label is later.</summary>
    public static bool operator >(Tai64n left, Tai64n right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left label is not later.</summary>
    public static bool operator <=(Tai64n left, Tai64n right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left label is not earlier.</summary>
    public static bool operator >=(Tai64n left, Tai64n right) => left.CompareTo(right) >= 0;
}
