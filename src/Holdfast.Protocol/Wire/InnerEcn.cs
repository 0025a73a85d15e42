using System.Buffers.Binary;

namespace Holdfast.Protocol.Wire;

/// <summary>The ECN field of inner packets: copied out when they are sealed, put together with the datagram's when they are
/// opened (RFC 6040).</summary>
internal static class InnerEcn
{
    private const int V6Shift = 4; // of the field within the second byte

    /// <summary>What the datagram gets: the same (section 4.1, normal mode).</summary>
    internal static Ecn Of(ReadOnlySpan<byte> packet) =>
        (Ecn)((packet[0] >> 4 == 4 ? packet[1] : packet[1] >> V6Shift) & 3);

    /// <summary>Gives a packet what its datagram met on the way (section 4.2).</summary>
    /// <param name="packet">An IP packet whose length was checked.</param>
    /// <param name="outer">The datagram's field.</param>
    /// <returns>False if it met congestion, which this packet can't tell: drop it, as the router would have done.</returns>
    internal static bool TryCombine(Span<byte> packet, Ecn outer)
    {
        if (outer is Ecn.NotCapable or Ecn.Capable0) return true;
        var inner = Of(packet);
        if (inner == Ecn.NotCapable) return outer != Ecn.CongestionExperienced;
        if (inner == outer || inner == Ecn.CongestionExperienced) return true;
        Write(packet, outer);
        return true;
    }

    private static void Write(Span<byte> packet, Ecn ecn)
    {
        if (packet[0] >> 4 != 4)
        {
            packet[1] = (byte)(packet[1] & ~(3 << V6Shift) | (int)ecn << V6Shift);
            return;
        }
        var before = BinaryPrimitives.ReadUInt16BigEndian(packet);
        packet[1] = (byte)(packet[1] & ~3 | (int)ecn);
        // RFC 1624: a checksum that was wrong stays wrong.
        var sum = BinaryPrimitives.ReadUInt16BigEndian(packet[IpHeader.V4Checksum..]);
        var changed = (uint)(ushort)~sum + (ushort)~before + BinaryPrimitives.ReadUInt16BigEndian(packet);
        BinaryPrimitives.WriteUInt16BigEndian(packet[IpHeader.V4Checksum..], (ushort)~Checksum.Fold(changed));
    }
}
