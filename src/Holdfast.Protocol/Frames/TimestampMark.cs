using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Frames;

/// <summary>
/// What a Holdfast initiator puts into the low 24 bits of its timestamp's nanoseconds, which WireGuard keeps at zero: a magic of
/// 16 bits and a version. No label comes with two marks, so labels keep their order with and without them.
/// </summary>
internal static class TimestampMark
{
    /// <summary>Our version.</summary>
    internal const byte Version = 1;

    // "HF". Below 0x9AC9, so that even the last label of a second stays below 1,000,000,000 nanoseconds.
    private const uint Magic = 0x4846;

    // An implementation that leaves clock bits there is taken for Holdfast once in a million handshakes, not in 65,536.
    private const uint LastVersion = 15;

    private const uint Bits = Tai64n.Granularity - 1;

    /// <summary>The label with our mark.</summary>
    internal static Tai64n On(Tai64n label) =>
        label with { Nanoseconds = (label.Nanoseconds & ~Bits) | (Magic << 8) | Version };

    /// <summary>Whether the label is a Holdfast end's, of this version or a later one.</summary>
    internal static bool IsOn(Tai64n label)
    {
        var mark = label.Nanoseconds & Bits;
        return mark >> 8 == Magic && (mark & 0xFF) is > 0 and <= LastVersion;
    }
}
