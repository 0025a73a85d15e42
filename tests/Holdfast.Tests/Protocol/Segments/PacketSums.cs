using System.Buffers.Binary;

namespace Holdfast.Tests.Protocol.Segments;

/// <summary>Checksums as the RFCs spell them out, word by word.</summary>
internal static class PacketSums
{
    private const byte Routing = 43;

    internal static void Write(Span<byte> packet, int transport, bool isTcp)
    {
        if (packet[0] >> 4 == 4)
        {
            packet[10] = packet[11] = 0;
            BinaryPrimitives.WriteUInt16BigEndian(packet[10..], (ushort)~Sum(packet[..((packet[0] & 0xF) * 4)]));
        }
        var field = packet[(transport + (isTcp ? 16 : 6))..];
        field[0] = field[1] = 0;
        var sum = (ushort)~Sum(Pseudo(packet, transport, isTcp));
        BinaryPrimitives.WriteUInt16BigEndian(field, sum == 0 && !isTcp ? (ushort)0xFFFF : sum);
    }

    internal static bool AreRight(ReadOnlySpan<byte> packet, int transport, bool isTcp) =>
        (packet[0] >> 4 == 6 || Sum(packet[..((packet[0] & 0xF) * 4)]) == 0xFFFF)
        && Sum(Pseudo(packet, transport, isTcp)) == 0xFFFF;

    internal static ushort Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            sum += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
            sum = (sum & 0xFFFF) + (sum >> 16);
        }
        return (ushort)sum;
    }

    /// <summary>The sum of the pseudo header, which is what a host leaves in the field for its device to go on with.</summary>
    internal static ushort Partial(ReadOnlySpan<byte> packet, int transport, bool isTcp) =>
        Sum(Pseudo(packet, transport, isTcp).AsSpan(..^(packet.Length - transport)));

    private static byte[] Pseudo(ReadOnlySpan<byte> packet, int transport, bool isTcp)
    {
        byte[] addresses = packet[0] >> 4 == 4 ? [.. packet.Slice(12, 8)]
            : packet[6] != Routing ? [.. packet.Slice(8, 32)]
            // The last one of the way counts (RFC 8200 section 8.1).
            : [.. packet.Slice(8, 16), .. packet.Slice(48, 16)];
        var length = packet.Length - transport;
        return
        [
            .. addresses, 0, 0, (byte)(length >> 8), (byte)length, 0, 0, 0, (byte)(isTcp ? 6 : 17),
            .. packet[transport..],
        ];
    }
}
