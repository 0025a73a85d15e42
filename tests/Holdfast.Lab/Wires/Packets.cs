using System.Buffers.Binary;
using System.Net;

namespace Holdfast.Labs;

/// <summary>Makes IP packets by hand, for <see cref="Wire.Inject"/> and for tests.</summary>
public static class Packets
{
    /// <summary>A UDP datagram in an IP packet.</summary>
    /// <param name="source">Where it says it comes from; IPv4 or IPv6 as the destination.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="payload">The datagram's payload.</param>
    public static byte[] Udp(IPEndPoint source, IPEndPoint destination, ReadOnlySpan<byte> payload)
    {
        var datagram = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)destination.Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        payload.CopyTo(datagram.AsSpan(8));
        return Ip(source.Address, destination.Address, IpLayout.Udp, datagram, checksumAt: 6);
    }

    /// <summary>A protocol's bytes in an IP packet; the protocol's checksum is computed.</summary>
    /// <param name="source">Where it says it comes from; IPv4 or IPv6 as the destination.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="protocol">The protocol's number.</param>
    /// <param name="body">The protocol's header and payload; borrowed.</param>
    /// <param name="checksumAt">Where the checksum stands in the body; null if there is none.</param>
    public static byte[] Ip(IPAddress source, IPAddress destination, byte protocol, ReadOnlySpan<byte> body,
        int? checksumAt = null)
    {
        var (from, to) = (source.GetAddressBytes(), destination.GetAddressBytes());
        var v6 = from.Length == 16;
        var header = v6 ? 40 : 20;
        var packet = new byte[header + body.Length];
        body.CopyTo(packet.AsSpan(header));
        WriteHeader(packet, v6, protocol);
        from.CopyTo(packet, v6 ? 8 : 12);
        to.CopyTo(packet, v6 ? 24 : 16);
        if (!v6)
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum.Of(packet.AsSpan(0, 20)));
        if (checksumAt is { } at)
        {
            var pseudo = protocol == IpLayout.Icmp ? 0 : Checksum.Pseudo([.. from, .. to], protocol, body.Length);
            var field = packet.AsSpan(header + at, 2);
            field.Clear();
            BinaryPrimitives.WriteUInt16BigEndian(field, Checksum.Of(packet.AsSpan(header), pseudo));
        }
        return packet;
    }

    private static void WriteHeader(Span<byte> packet, bool v6, byte protocol)
    {
        packet[0] = v6 ? (byte)0x60 : (byte)0x45;
        if (v6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - 40));
            (packet[6], packet[7]) = (protocol, 64);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
            packet[6] = 0x40;
            (packet[8], packet[9]) = (64, protocol);
        }
    }
}
