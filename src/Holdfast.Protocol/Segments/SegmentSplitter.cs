using System.Buffers.Binary;

namespace Holdfast.Protocol.Segments;

/// <summary>
/// Cuts a super-packet of the host into the packets that it stands for, one after the other, in its own memory: each packet's
/// headers are written over the end of the payload before it, which is sealed by then. As the kernel's tcp_gso_segment and
/// __udp_gso_segment do: IPv4's identification counts up, FIN and PSH stay with the last segment and CWR with the first.
/// <para>Use: <see cref="TryBegin"/>, then <see cref="TryNext"/> until it gives no more. A packet is good until the next
/// call; up to <see cref="Room"/> bytes behind it may be overwritten.</para>
/// </summary>
public ref struct SegmentSplitter
{
    /// <summary>Bytes behind a packet that its user may overwrite: room for padding.</summary>
    public const int Room = 16;

    /// <summary>Most bytes of headers: IPv6 with a good many extensions.</summary>
    public const int MaximumHeaders = 512;

    private readonly Span<byte> _buffer;
    private readonly Span<byte> _headers;
    private readonly InnerHeaders _layout;
    private readonly int _length;
    private readonly int _segmentBytes;
    private readonly uint _sequence;
    private readonly ushort _identification;
    private readonly byte _flags;
    private readonly uint _pseudo;
    private (ulong First, ulong Second) _behind;
    private int _next;

    private SegmentSplitter(Span<byte> buffer, int length, Span<byte> headers, int segmentBytes, InnerHeaders layout)
    {
        _pseudo = layout.PartialSum(buffer[..length]);
        _buffer = buffer;
        (_length, _segmentBytes, _layout) = (length, segmentBytes, layout);
        _headers = headers[..layout.Payload];
        buffer[..layout.Payload].CopyTo(_headers);
        _identification = BinaryPrimitives.ReadUInt16BigEndian(buffer[4..]);
        if (!layout.IsTcp) return;
        _sequence = BinaryPrimitives.ReadUInt32BigEndian(buffer[(layout.Transport + InnerHeaders.TcpSequence)..]);
        _flags = buffer[layout.Transport + InnerHeaders.TcpFlags];
    }

    /// <summary>How many packets there are.</summary>
    public readonly int Count => (_length - _layout.Payload + _segmentBytes - 1) / _segmentBytes;

    /// <summary>Looks at a super-packet.</summary>
    /// <param name="buffer">Borrowed until the last packet: the super-packet, and at least <see cref="Room"/> bytes.</param>
    /// <param name="length">Its length.</param>
    /// <param name="header">What the host says of it.</param>
    /// <param name="memory"><see cref="MaximumHeaders"/> bytes for a copy of its headers.</param>
    /// <param name="splitter">Gives the packets.</param>
    /// <returns>False if the header does not fit the packet.</returns>
    public static bool TryBegin(
        Span<byte> buffer, int length, in VirtioHeader header, Span<byte> memory, out SegmentSplitter splitter)
    {
        splitter = default;
        var isTcp = header.Kind is SegmentKind.Tcp4 or SegmentKind.Tcp6;
        if (!isTcp && header.Kind != SegmentKind.Udp || header.SegmentBytes == 0) return false;
        if (!header.NeedsChecksum) return false; // whoever leaves the cutting leaves the checksum too
        if (!InnerHeaders.TryRead(buffer[..length], isTcp, header.ChecksumStart, out var layout)) return false;
        // The first header's own length must agree with what the host says: a guest may have written both.
        if (!layout.IsV6 && (buffer[0] & 0xF) * 4 != layout.Transport) return false;
        if (layout.Payload >= length || layout.Payload > memory.Length || buffer.Length < length + Room) return false;
        splitter = new SegmentSplitter(buffer, length, memory, header.SegmentBytes, layout);
        return true;
    }

    /// <summary>The next packet.</summary>
    /// <param name="packet">Filled: the packet and the room behind it.</param>
    /// <param name="length">The packet's length.</param>
    public bool TryNext(out Span<byte> packet, out int length)
    {
        var payload = _layout.Payload + _next * _segmentBytes;
        var behind = _buffer.Slice(Math.Min(payload, _length), Room);
        if (_next > 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(behind, _behind.First);
            BinaryPrimitives.WriteUInt64LittleEndian(behind[sizeof(ulong)..], _behind.Second);
        }
        if (payload >= _length)
        {
            packet = default;
            length = 0;
            return false;
        }
        length = _layout.Payload + Math.Min(_segmentBytes, _length - payload);
        packet = _buffer.Slice(_next * _segmentBytes, length + Room);
        _behind = (BinaryPrimitives.ReadUInt64LittleEndian(packet[length..]),
            BinaryPrimitives.ReadUInt64LittleEndian(packet[(length + sizeof(ulong))..]));
        WriteHeaders(packet[..length], isLast: payload + _segmentBytes >= _length);
        _next++;
        return true;
    }

    private readonly void WriteHeaders(Span<byte> packet, bool isLast)
    {
        _headers.CopyTo(packet);
        _layout.WriteIp(packet, (ushort)(_identification + _next));
        var transport = packet[_layout.Transport..];
        if (_layout.IsTcp)
        {
            var kept = _flags & (isLast ? 0xFF : ~(InnerHeaders.Fin | InnerHeaders.Push))
                & (_next == 0 ? 0xFF : ~InnerHeaders.Cwr);
            transport[InnerHeaders.TcpFlags] = (byte)kept;
            BinaryPrimitives.WriteUInt32BigEndian(
                transport[InnerHeaders.TcpSequence..], _sequence + (uint)(_next * _segmentBytes));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[InnerHeaders.UdpLength..], (ushort)transport.Length);
        }
        _layout.WriteChecksum(packet, _pseudo);
    }
}
