using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol.Segments;

/// <summary>
/// Puts contiguous segments of a flow together again before they go to the host, so that its stack is passed once for dozens
/// of them. A packet is decrypted to where its payload continues that of the packet before; only if it turns out to be another
/// flow's it is moved. What is joined is what <see cref="SegmentSplitter"/> would cut into the same bytes: headers equal but
/// for sequence, identification, length and checksum, checksums right, nothing after PSH or a shorter segment.
/// <para>Packets leave in the order in which they came, and none waits past <see cref="Flush"/>.</para>
/// </summary>
public sealed class SegmentJoiner(ISegmentWriter writer) : IPacketSink
{
    private const int MaximumBytes = ushort.MaxValue; // of one IP packet
    private const int BufferBytes = VirtioHeader.Bytes + MaximumBytes + SegmentSplitter.Room;

    private readonly byte[] _tail = new byte[FlowHeaders.MaximumBytes];
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private byte[] _spare = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private readonly FlowHeaders _flow = new();
    private int _end; // of what is gathered, behind the header
    private int _count;
    private int _reserved;
    private bool _tailIsSaved;

    /// <summary>Whether segments are joined; if not, each packet goes alone.</summary>
    public bool Joins { get; init; } = true;

    /// <summary>Whether datagrams of UDP are joined too: the kernel must know runs of them (Linux 6.2).</summary>
    public bool JoinsUdp { get; init; } = true;

    private Span<byte> Packets => _buffer.AsSpan(VirtioHeader.Bytes);

    /// <inheritdoc/>
    public Span<byte> Reserve(int size)
    {
        RestoreTail();
        if (_count > 0 && !MayContinue(size)) Flush();
        _reserved = _count == 0 ? 0 : _end - _flow.Bytes;
        if (_count > 0) SaveTail();
        return Packets.Slice(_reserved, size);
    }

    /// <inheritdoc/>
    public void Commit(int length, Peer? from)
    {
        if (_count > 0 && _flow.Continues(Packets.Slice(_reserved, length)))
        {
            RestoreTail();
            _end = _reserved + length;
            _count++;
            return;
        }
        if (_count > 0) Separate(length);
        Begin(length);
    }

    /// <summary>Gives the host what is gathered.</summary>
    public void Flush()
    {
        if (_count == 0) return;
        RestoreTail();
        Write(_count == 1 ? default : _flow.Complete(Packets[.._end], _count));
    }

    /// <summary>The next packet may be the flow's next segment: the first one's checksum is looked at only now.</summary>
    private bool MayContinue(int size) => _flow.IsOpen && _end - _flow.Bytes + size <= MaximumBytes
        && (_count > 1 || _flow.HasChecksum(Packets[.._end]));

    private void SaveTail()
    {
        Packets[_reserved.._end].CopyTo(_tail);
        _tailIsSaved = true;
    }

    /// <summary>The end of the payload gathered, where the last packet's headers, or those of a forged one, stand.</summary>
    private void RestoreTail()
    {
        if (!_tailIsSaved) return;
        _tail.AsSpan(0, _flow.Bytes).CopyTo(Packets[_reserved..]);
        _tailIsSaved = false;
    }

    /// <summary>The packet is no continuation: what was gathered goes first.</summary>
    private void Separate(int length)
    {
        Packets.Slice(_reserved, length).CopyTo(_spare.AsSpan(VirtioHeader.Bytes));
        Flush();
        (_buffer, _spare) = (_spare, _buffer);
        _reserved = 0;
    }

    private void Begin(int length)
    {
        (_end, _count) = (length, 1);
        if (!Joins || !_flow.TryBegin(Packets[..length], JoinsUdp)) Write(default);
    }

    private void Write(in VirtioHeader header)
    {
        header.Write(_buffer);
        var count = _count;
        _count = 0;
        writer.Write(_buffer.AsSpan(0, VirtioHeader.Bytes + _end), count);
    }
}
