using System.Buffers.Binary;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Segments;

/// <summary>Where a packet's transport header and payload begin, and the sums that its checksums need.</summary>
internal readonly record struct InnerHeaders
{
    internal const byte Tcp = 6;
    internal const int TcpBytes = 20;
    internal const int UdpBytes = 8;
    internal const int TcpSequence = 4;
    internal const int TcpAcknowledgement = 8;
    internal const int TcpOffset = 12;
    internal const int TcpFlags = 13;
    internal const int TcpChecksum = 16;
    internal const int UdpLength = 4;
    internal const int UdpChecksum = 6;
    internal const byte Fin = 0x01;
    internal const byte Push = 0x08;
    internal const byte Ack = 0x10;
    internal const byte Cwr = 0x80;

    private InnerHeaders(bool isV6, bool isTcp, int transport, int payload)
    {
        (IsV6, IsTcp, Transport, Payload) = (isV6, isTcp, transport, payload);
    }

    internal bool IsV6 { get; }

    /// <summary>TCP if true, else UDP.</summary>
    internal bool IsTcp { get; }

    /// <summary>Where the transport header begins.</summary>
    internal int Transport { get; }

    /// <summary>Where the payload begins: bytes of all headers.</summary>
    internal int Payload { get; }

    internal int ChecksumOffset => IsTcp ? TcpChecksum : UdpChecksum;

    /// <summary>Reads headers whose transport is known to begin at <paramref name="transport"/>.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> packet, bool isTcp, int transport, out InnerHeaders headers)
    {
        headers = default;
        var isV6 = packet.Length > 0 && packet[0] >> 4 == 6;
        if (transport < (isV6 ? IpHeader.V6Bytes : IpHeader.V4Bytes)) return false;
        if (packet.Length < transport + (isTcp ? TcpBytes : UdpBytes)) return false;
        var size = isTcp ? (packet[transport + TcpOffset] >> 4) * 4 : UdpBytes;
        if (isTcp && size < TcpBytes || packet.Length < transport + size) return false;
        headers = new InnerHeaders(isV6, isTcp, transport, transport + size);
        return true;
    }

    /// <summary>Sets the lengths, IPv4's identification and checksum, of a packet whose headers these are.</summary>
    internal void WriteIp(Span<byte> packet, ushort identification)
    {
        if (IsV6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - IpHeader.V6Bytes));
            return;
        }
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], identification);
        BinaryPrimitives.WriteUInt16BigEndian(packet[IpHeader.V4Checksum..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(packet[IpHeader.V4Checksum..], Checksum.Of(packet[..((packet[0] & 0xF) * 4)]));
    }

    /// <summary>Sets the transport's checksum over all of the packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="pseudo">The sum of its pseudo header but for the length.</param>
    internal void WriteChecksum(Span<byte> packet, uint pseudo)
    {
        var field = packet[(Transport + ChecksumOffset)..];
        BinaryPrimitives.WriteUInt16BigEndian(field, 0);
        var checksum = Checksum.Of(packet[Transport..], pseudo + (uint)(packet.Length - Transport));
        BinaryPrimitives.WriteUInt16BigEndian(field, checksum == 0 && !IsTcp ? (ushort)0xFFFF : checksum);
    }

    /// <summary>Whether the transport's checksum is right.</summary>
    internal bool HasChecksum(ReadOnlySpan<byte> packet) =>
        Checksum.Fold(Checksum.Add(packet[Transport..], PseudoSum(packet))) == 0xFFFF;

    /// <summary>The sum of the pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1), not folded.</summary>
    internal uint PseudoSum(ReadOnlySpan<byte> packet)
    {
        var addresses = IsV6 ? packet.Slice(IpHeader.V6Source, 32) : packet.Slice(IpHeader.V4Source, 8);
        return Checksum.Add(addresses, (uint)(packet.Length - Transport) + (IsTcp ? Tcp : IpHeader.Udp));
    }

    /// <summary>The same without the length, out of the checksum's field, where the host left it for the device to go on with.
    /// The host knows the address at the end of a routing header.</summary>
    internal uint PartialSum(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt16BigEndian(packet[(Transport + ChecksumOffset)..])
            + (uint)(ushort)~(packet.Length - Transport);
}
