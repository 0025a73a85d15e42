using System.Buffers.Binary;

namespace Holdfast.Protocol.Wire;

/// <summary>What a tunnel needs of an inner packet's header: version, length, and where the addresses stand.</summary>
internal static class IpHeader
{
    internal const int V4Bytes = 20;
    internal const int V6Bytes = 40;
    internal const int V4Checksum = 10;
    internal const int V4Source = 12;
    internal const int V4Destination = 16;
    internal const int V6Source = 8;
    internal const int V6Destination = 24;
    internal const byte Icmp = 1;
    internal const byte Udp = 17;
    internal const byte HopByHop6 = 0;
    internal const byte Routing6 = 43;
    internal const byte Fragment6 = 44;
    internal const byte Icmp6 = 58;
    internal const byte Destination6 = 60;

    /// <summary>The packet's length by its own header, or 0 if it is no IP packet or does not fit into the bytes given.</summary>
    internal static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < V4Bytes) return 0;
        int length;
        switch (bytes[0] >> 4)
        {
            case 4:
                length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
                return length >= V4Bytes && length <= bytes.Length ? length : 0;
            case 6 when bytes.Length >= V6Bytes:
                length = V6Bytes + BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
                return length <= bytes.Length ? length : 0;
            default:
                return 0;
        }
    }

    /// <summary>
    /// Whether an outbound packet is a datagram of this tunnel itself: UDP from the port it listens on to the endpoint of the
    /// peer that the packet is for, or a later fragment of one.
    /// </summary>
    internal static bool IsOwnDatagram(ReadOnlySpan<byte> packet, in Endpoint peer, ushort listenPort)
    {
        if (packet[0] >> 4 != peer.Family) return false;
        if (peer.Family == 4)
        {
            if (packet[9] != Udp || BinaryPrimitives.ReadUInt32BigEndian(packet[V4Destination..]) != peer.V4) return false;
            var header = (packet[0] & 0xF) * 4;
            var laterFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x1FFF) != 0;
            return laterFragment || HasPorts(packet[Math.Min(header, packet.Length)..], listenPort, peer.Port);
        }
        if (AddressBits.ReadV6(packet[V6Destination..]) != peer.Address) return false;
        return packet[6] switch
        {
            Udp => HasPorts(packet[V6Bytes..], listenPort, peer.Port),
            Fragment6 when packet.Length >= V6Bytes + 8 => packet[V6Bytes] == Udp
                && ((BinaryPrimitives.ReadUInt16BigEndian(packet[(V6Bytes + 2)..]) & 0xFFF8) != 0
                    || HasPorts(packet[(V6Bytes + 8)..], listenPort, peer.Port)),
            _ => false,
        };
    }

    private static bool HasPorts(ReadOnlySpan<byte> udp, ushort source, ushort destination) => udp.Length >= 8
        && BinaryPrimitives.ReadUInt16BigEndian(udp) == source
        && BinaryPrimitives.ReadUInt16BigEndian(udp[2..]) == destination;
}
