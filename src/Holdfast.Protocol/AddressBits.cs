using System.Buffers.Binary;
using System.Numerics;

namespace Holdfast.Protocol;

/// <summary>
/// The bits of an IP address, left-aligned: an IPv4 address is the upper 32. Two words and not a <see cref="UInt128"/>, because
/// code that knows that type's layout can't be compiled ahead of time, and would be compiled while packets wait.
/// </summary>
/// <param name="High">The first 64 bits.</param>
/// <param name="Low">The last 64.</param>
public readonly record struct AddressBits(ulong High, ulong Low)
{
    /// <summary>Bits of an IPv6 address.</summary>
    public const int Width = 128;

    /// <summary>The first 32 bits: the whole of an IPv4 address.</summary>
    public uint V4 => (uint)(High >> 32);

    /// <summary>Reads an IPv4 address: 4 bytes in network order.</summary>
    public static AddressBits ReadV4(ReadOnlySpan<byte> bytes) =>
        new((ulong)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 32, 0);

    /// <summary>Reads an IPv6 address: 16 bytes in network order.</summary>
    public static AddressBits ReadV6(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]));

    /// <summary>Fills 16 bytes in network order; an IPv4 address is the first four.</summary>
    public void Write(Span<byte> fill)
    {
        BinaryPrimitives.WriteUInt64BigEndian(fill, High);
        BinaryPrimitives.WriteUInt64BigEndian(fill[sizeof(ulong)..], Low);
    }

    /// <summary>As many ones as a prefix is long (0 to 128), then zeros.</summary>
    internal static AddressBits Mask(int length) => new(MaskWord(length), MaskWord(length - 64));

    /// <summary>What both have.</summary>
    public static AddressBits operator &(AddressBits left, AddressBits right) =>
        new(left.High & right.High, left.Low & right.Low);

    /// <summary>The bit at a place, counted from the left.</summary>
    internal bool Has(int bit) => (bit < 64 ? High >> (63 - bit) & 1 : Low >> (127 - bit) & 1) != 0;

    /// <summary>How many bits both begin with.</summary>
    internal int CommonLength(AddressBits other) => High != other.High
        ? BitOperations.LeadingZeroCount(High ^ other.High)
        : 64 + BitOperations.LeadingZeroCount(Low ^ other.Low);

    private static ulong MaskWord(int length) => length <= 0 ? 0 : ulong.MaxValue << Math.Max(0, 64 - length);
}
