using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Holdfast.Protocol.Wire;

/// <summary>The Internet checksum (RFC 1071).</summary>
internal static class Checksum
{
    /// <summary>The one's complement sum of big-endian words, folded into 16 bits and added to <paramref name="sum"/>; an odd
    /// last byte is padded with zero.</summary>
    internal static uint Add(ReadOnlySpan<byte> bytes, uint sum = 0) => sum + Fold(AddNative(bytes));

    /// <summary>Has the sum compiled for this processor's vectors, which can't be done ahead of time: now, and not while the first
    /// packet waits.</summary>
    internal static void Prepare() => Add(stackalloc byte[128]);

    /// <summary>Folds a sum into 16 bits.</summary>
    internal static ushort Fold(uint sum)
    {
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)sum;
    }

    /// <summary>The checksum to be written, with the field itself zero in <paramref name="bytes"/>.</summary>
    internal static ushort Of(ReadOnlySpan<byte> bytes, uint sum = 0) => (ushort)~Fold(Add(bytes, sum));

    /// <summary>
    /// The sum does not depend on the order of bytes in a word but for a swap at the end (RFC 1071 section 2B), so words
    /// are taken as they stand in memory, as wide as the processor has them; carries gather in the upper halves.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // compiled once, and well at once
    private static ulong AddNative(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        if (Vector256.IsHardwareAccelerated && bytes.Length >= 2 * Vector256<byte>.Count)
        {
            var wide = MemoryMarshal.Cast<byte, Vector256<ulong>>(bytes);
            var lower = Vector256.Create((ulong)uint.MaxValue);
            var (even, odd) = (Vector256<ulong>.Zero, Vector256<ulong>.Zero);
            foreach (ref readonly var words in wide)
            {
                even += words & lower;
                odd += words >>> 32;
            }
            sum = Vector256.Sum(even + odd);
            bytes = bytes[(wide.Length * Vector256<byte>.Count)..];
        }
        for (; bytes.Length >= sizeof(uint); bytes = bytes[sizeof(uint)..]) sum += MemoryMarshal.Read<uint>(bytes);
        if (bytes.Length >= sizeof(ushort))
        {
            sum += MemoryMarshal.Read<ushort>(bytes);
            bytes = bytes[sizeof(ushort)..];
        }
        if (bytes.Length == 1) sum += BitConverter.IsLittleEndian ? bytes[0] : (uint)bytes[0] << 8;
        return sum;
    }

    private static uint Fold(ulong native)
    {
        native = (native & uint.MaxValue) + (native >> 32);
        native = (native & uint.MaxValue) + (native >> 32);
        var folded = Fold((uint)native);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(folded) : folded;
    }
}
