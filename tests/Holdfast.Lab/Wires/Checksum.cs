using System.Buffers.Binary;

namespace Holdfast.Labs;

/// <summary>The Internet checksum (RFC 1071) and its incremental change (RFC 1624).</summary>
public static class Checksum
{
    /// <summary>The checksum over some bytes; over bytes that hold their right checksum it is zero.</summary>
    /// <param name="bytes">The bytes; an odd last one is padded with zero.</param>
    /// <param name="start">An unfolded sum to go on from, such as that of a pseudo header.</param>
    public static ushort Of(ReadOnlySpan<byte> bytes, ulong start = 0) => (ushort)~Fold(start + Sum(bytes));

    /// <summary>The unfolded sum of 16-bit words.</summary>
    /// <param name="bytes">The bytes; an odd last one is padded with zero.</param>
    public static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        for (; bytes.Length >= 2; bytes = bytes[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return bytes.IsEmpty ? sum : sum + ((ulong)bytes[0] << 8);
    }

    /// <summary>The sum of the pseudo header of RFC 768, 9293 (IPv4) or 8200 (IPv6).</summary>
    /// <param name="addresses">Source and destination address, one after the other.</param>
    /// <param name="protocol">The protocol's number.</param>
    /// <param name="length">Bytes of the protocol's header and payload.</param>
    public static ulong Pseudo(ReadOnlySpan<byte> addresses, byte protocol, int length)
        => Sum(addresses) + protocol + (ulong)length;

    /// <summary>The checksum after some of the bytes that it covers changed (RFC 1624, equation 3).</summary>
    /// <param name="checksum">The checksum before.</param>
    /// <param name="before">The bytes before, beginning at an even offset.</param>
    /// <param name="after">As many bytes after.</param>
    public static ushort Changed(ushort checksum, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        ulong sum = (ushort)~checksum;
        for (; before.Length >= 2; before = before[2..], after = after[2..])
        {
            sum += (ushort)~BinaryPrimitives.ReadUInt16BigEndian(before);
            sum += BinaryPrimitives.ReadUInt16BigEndian(after);
        }
        return (ushort)~Fold(sum);
    }

    private static ushort Fold(ulong sum)
    {
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)sum;
    }
}
