using System.Buffers.Binary;

namespace Holdfast.Protocol.Wire;

/// <summary>The Internet checksum (RFC 1071).</summary>
internal static class Checksum
{
    /// <summary>The one's complement sum of big-endian words, not folded; an odd last byte is padded with zero.</summary>
    internal static uint Add(ReadOnlySpan<byte> bytes, uint sum = 0)
    {
        for (; bytes.Length >= 2; bytes = bytes[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return bytes.Length == 1 ? sum + ((uint)bytes[0] << 8) : sum;
    }

    /// <summary>The checksum to be written, with the field itself zero in <paramref name="bytes"/>.</summary>
    internal static ushort Of(ReadOnlySpan<byte> bytes, uint sum = 0)
    {
        sum = Add(bytes, sum);
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}
