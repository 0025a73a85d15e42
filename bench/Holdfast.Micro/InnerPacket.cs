using System.Buffers.Binary;

namespace Holdfast.Micro;

/// <summary>Makes packets that a tunnel takes: a header, zeros, and room for padding behind.</summary>
internal static class InnerPacket
{
    private const int RoomForPadding = 16;

    /// <summary>An IPv4 packet (RFC 791) to an address.</summary>
    public static byte[] V4(ReadOnlySpan<byte> destination, int size)
    {
        var packet = new byte[size + RoomForPadding];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)size);
        LoopbackPair.NearAddress.CopyTo(packet.AsSpan(12));
        destination.CopyTo(packet.AsSpan(16));
        return packet;
    }

    /// <summary>An IPv6 packet (RFC 8200) to an address.</summary>
    public static byte[] V6(ReadOnlySpan<byte> destination, int size)
    {
        var packet = new byte[size + RoomForPadding];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(size - 40));
        destination.CopyTo(packet.AsSpan(24));
        return packet;
    }
}
