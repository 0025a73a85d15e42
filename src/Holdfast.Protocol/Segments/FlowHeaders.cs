using System.Buffers.Binary;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Segments;

/// <summary>The headers of a flow whose segments are being joined, and what its next segment has to look like.</summary>
internal sealed class FlowHeaders
{
    /// <summary>Most bytes of headers of a flow that is joined: IPv6 and TCP with all options.</summary>
    internal const int MaximumBytes = IpHeader.V6Bytes + 60;

    // The least of what kernels take in one packet (UDP_MAX_SEGMENTS of linux/udp.h before Linux 6.9).
    private const int UdpDatagrams = 64;

    private readonly byte[] _headers = new byte[MaximumBytes];
    private InnerHeaders _layout;
    private int _segmentBytes;
    private int _gathered; // bytes of payload
    private int _segments;
    private ushort _nextIdentification;
    private bool _pushes;

    /// <summary>Bytes of all headers of each of its segments.</summary>
    internal int Bytes => _layout.Payload;

    /// <summary>Whether another segment may follow: none that was shorter, and no PSH.</summary>
    internal bool IsOpen { get; private set; }

    private int Transport => _layout.Transport;

    /// <summary>Takes a packet as the first segment. False if it is of a kind that is not joined.</summary>
    internal bool TryBegin(ReadOnlySpan<byte> packet, bool joinsUdp)
    {
        IsOpen = false;
        if (!TryRead(packet, out var headers) || !headers.IsTcp && !joinsUdp) return false;
        if (headers.IsTcp && packet[headers.Transport + InnerHeaders.TcpFlags] != InnerHeaders.Ack) return false;
        _layout = headers;
        packet[..Bytes].CopyTo(_headers);
        _segmentBytes = _gathered = packet.Length - Bytes;
        _nextIdentification = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) + 1);
        (_pushes, _segments) = (false, 1);
        return IsOpen = true;
    }

    /// <summary>Takes a packet as the next segment, if it is that. Its payload counts as gathered then.</summary>
    internal bool Continues(ReadOnlySpan<byte> packet)
    {
        if (!TryRead(packet, out var headers) || headers != _layout) return false;
        var payload = packet.Length - Bytes;
        if (payload > _segmentBytes || !HasSameIp(packet)) return false;
        var transport = packet[Transport..Bytes];
        if (!(_layout.IsTcp ? ContinuesTcp(transport) : HasSamePorts(transport)) || !_layout.HasChecksum(packet)) return false;
        _pushes = _layout.IsTcp && (transport[InnerHeaders.TcpFlags] & InnerHeaders.Push) != 0;
        _gathered += payload;
        _nextIdentification++;
        _segments++;
        IsOpen = !_pushes && payload == _segmentBytes && (_layout.IsTcp || _segments < UdpDatagrams);
        return true;
    }

    /// <summary>Whether the transport's checksum is right in a packet with these headers.</summary>
    internal bool HasChecksum(ReadOnlySpan<byte> packet) => _layout.HasChecksum(packet);

    /// <summary>Makes the first segment's headers those of all segments together.</summary>
    /// <returns>What the host is to know about it.</returns>
    internal VirtioHeader Complete(Span<byte> packet, int count)
    {
        _layout.WriteIp(packet, (ushort)(_nextIdentification - count));
        var transport = packet[Transport..];
        if (_pushes) transport[InnerHeaders.TcpFlags] |= InnerHeaders.Push;
        if (!_layout.IsTcp) BinaryPrimitives.WriteUInt16BigEndian(transport[InnerHeaders.UdpLength..], (ushort)transport.Length);
        // The rest of the sum is the device's to do, which means that the host takes it as done.
        BinaryPrimitives.WriteUInt16BigEndian(
            transport[_layout.ChecksumOffset..], Checksum.Fold(_layout.PseudoSum(packet)));
        return new VirtioHeader
        {
            NeedsChecksum = true,
            Kind = !_layout.IsTcp ? SegmentKind.Udp : _layout.IsV6 ? SegmentKind.Tcp6 : SegmentKind.Tcp4,
            HeaderBytes = (ushort)Bytes,
            SegmentBytes = (ushort)_segmentBytes,
            ChecksumStart = (ushort)Transport,
            ChecksumOffset = (ushort)_layout.ChecksumOffset,
        };
    }

    /// <summary>TCP or UDP with payload, whole, without IPv4 options or IPv6 extension headers, IPv4's own checksum right.</summary>
    private static bool TryRead(ReadOnlySpan<byte> packet, out InnerHeaders headers)
    {
        headers = default;
        if (packet.Length < IpHeader.V4Bytes + InnerHeaders.UdpBytes) return false;
        byte protocol;
        int transport;
        if (packet[0] == 0x45 && (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) == 0
            && Checksum.Of(packet[..IpHeader.V4Bytes]) == 0)
            (protocol, transport) = (packet[9], IpHeader.V4Bytes);
        else if (packet[0] >> 4 == 6)
            (protocol, transport) = (packet[6], IpHeader.V6Bytes);
        else
            return false;
        if (protocol is not (InnerHeaders.Tcp or IpHeader.Udp)) return false;
        if (!InnerHeaders.TryRead(packet, protocol == InnerHeaders.Tcp, transport, out headers)) return false;
        if (headers.Payload >= packet.Length) return false;
        return headers.IsTcp || IsWholeDatagram(packet[transport..]);
    }

    /// <summary>One without a checksum (RFC 768) would get one by being joined.</summary>
    private static bool IsWholeDatagram(ReadOnlySpan<byte> udp) =>
        BinaryPrimitives.ReadUInt16BigEndian(udp[InnerHeaders.UdpLength..]) == udp.Length
        && BinaryPrimitives.ReadUInt16BigEndian(udp[InnerHeaders.UdpChecksum..]) != 0;

    /// <summary>Equal but for lengths, IPv4's checksum, and its identification, which counts up.</summary>
    private bool HasSameIp(ReadOnlySpan<byte> packet)
    {
        if (_layout.IsV6)
            return Same(packet, 0, 4) && Same(packet, 6, IpHeader.V6Bytes - 6);
        return Same(packet, 0, 2) && Same(packet, 6, 4) && Same(packet, IpHeader.V4Source, 8)
            && BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) == _nextIdentification;
    }

    private bool Same(ReadOnlySpan<byte> packet, int start, int length) =>
        packet.Slice(start, length).SequenceEqual(_headers.AsSpan(start, length));

    /// <summary>The next bytes of the stream, with the same acknowledgement, window and options, and no flag but PSH.</summary>
    private bool ContinuesTcp(ReadOnlySpan<byte> tcp)
    {
        ReadOnlySpan<byte> first = _headers.AsSpan(Transport, Bytes - Transport);
        var sequence = BinaryPrimitives.ReadUInt32BigEndian(first[InnerHeaders.TcpSequence..]) + (uint)_gathered;
        return HasSamePorts(tcp)
            && BinaryPrimitives.ReadUInt32BigEndian(tcp[InnerHeaders.TcpSequence..]) == sequence
            && (tcp[InnerHeaders.TcpFlags] & ~InnerHeaders.Push) == InnerHeaders.Ack
            && tcp[InnerHeaders.TcpAcknowledgement..InnerHeaders.TcpFlags]
                .SequenceEqual(first[InnerHeaders.TcpAcknowledgement..InnerHeaders.TcpFlags])
            && tcp[(InnerHeaders.TcpFlags + 1)..InnerHeaders.TcpChecksum]
                .SequenceEqual(first[(InnerHeaders.TcpFlags + 1)..InnerHeaders.TcpChecksum])
            && tcp[(InnerHeaders.TcpChecksum + 2)..].SequenceEqual(first[(InnerHeaders.TcpChecksum + 2)..]);
    }

    private bool HasSamePorts(ReadOnlySpan<byte> transport) =>
        transport[..4].SequenceEqual(_headers.AsSpan(Transport, 4));
}
