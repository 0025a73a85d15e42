using System.Buffers.Binary;

namespace Holdfast.Labs;

/// <summary>
/// ICMP's answer to a packet that does not fit: "fragmentation needed" (RFC 792 and 1191) or "packet too big"
/// (RFC 4443). It comes from the packet's own destination, which is an address that the sender can surely be told
/// about.
/// </summary>
public static class TooBig
{
    private const int QuotedV4 = 548, QuotedV6 = 1232;

    /// <summary>Makes the answer.</summary>
    /// <param name="packet">The packet that does not fit; borrowed.</param>
    /// <param name="mtu">What would fit, in bytes.</param>
    /// <returns>An IP packet for the sender; null when no answer is due: not IP, an ICMP error itself, or an IPv4
    /// packet that may be fragmented.</returns>
    public static byte[]? Answer(ReadOnlySpan<byte> packet, int mtu)
    {
        if (!IpLayout.TryRead(packet, out var layout) || layout.LaterFragment || IsIcmpError(packet, layout))
            return null;
        return layout.V6 ? AnswerV6(packet, layout, mtu) : AnswerV4(packet, layout, mtu);
    }

    internal static bool IsIcmpError(ReadOnlySpan<byte> packet, IpLayout layout)
        => packet.Length > layout.Payload && !layout.LaterFragment && layout.Protocol switch
        {
            IpLayout.Icmp => packet[layout.Payload] is 3 or 11 or 12,
            IpLayout.IcmpV6 => packet[layout.Payload] < 128,
            _ => false,
        };

    private static byte[]? AnswerV4(ReadOnlySpan<byte> packet, IpLayout layout, int mtu)
    {
        var mayFragment = (packet[6] & 0x40) == 0;
        if (mayFragment)
            return null;
        var quoted = packet[..Math.Min(packet.Length, QuotedV4)];
        var answer = new byte[28 + quoted.Length];
        answer[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(2), (ushort)answer.Length);
        answer[8] = 64;
        answer[9] = IpLayout.Icmp;
        packet.Slice(layout.Destination, 4).CopyTo(answer.AsSpan(12));
        packet.Slice(layout.Source, 4).CopyTo(answer.AsSpan(16));
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(10), Checksum.Of(answer.AsSpan(0, 20)));
        answer[20] = 3;
        answer[21] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(26), (ushort)mtu);
        quoted.CopyTo(answer.AsSpan(28));
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(22), Checksum.Of(answer.AsSpan(20)));
        return answer;
    }

    private static byte[] AnswerV6(ReadOnlySpan<byte> packet, IpLayout layout, int mtu)
    {
        var quoted = packet[..Math.Min(packet.Length, QuotedV6)];
        var answer = new byte[48 + quoted.Length];
        answer[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(4), (ushort)(answer.Length - 40));
        answer[6] = IpLayout.IcmpV6;
        answer[7] = 64;
        packet.Slice(layout.Destination, 16).CopyTo(answer.AsSpan(8));
        packet.Slice(layout.Source, 16).CopyTo(answer.AsSpan(24));
        answer[40] = 2;
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(44), (uint)mtu);
        quoted.CopyTo(answer.AsSpan(48));
        var pseudo = Checksum.Pseudo(answer.AsSpan(8, 32), IpLayout.IcmpV6, answer.Length - 40);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(42), Checksum.Of(answer.AsSpan(40), pseudo));
        return answer;
    }
}
