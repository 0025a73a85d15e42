using System.Buffers.Binary;

namespace Holdfast.Labs;

/// <summary>
/// The last packets seen at a place, bounded in bytes, to be written as a pcap file (LINKTYPE_RAW, nanoseconds) when
/// a test fails. One thread appends; it is saved after that thread ended.
/// </summary>
public sealed class CaptureRing
{
    private const uint NanosecondMagic = 0xa1b23c4d;
    private const uint LinkTypeRaw = 101;
    private const int LongestPacket = 65_535;

    private readonly byte[] _bytes;
    private readonly Queue<Entry> _entries = new();
    private int _head;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="capacity">Bytes of packets that it keeps; at least one packet's.</param>
    public CaptureRing(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, LongestPacket);
        _bytes = new byte[capacity];
    }

    /// <summary>Packets kept.</summary>
    public int Count => _entries.Count;

    /// <summary>Keeps a packet, and forgets the oldest ones as far as room is needed.</summary>
    /// <param name="packet">The packet; copied.</param>
    /// <param name="time">When it was seen, on the clock that <see cref="Save"/> is told about.</param>
    public void Append(ReadOnlySpan<byte> packet, TimeSpan time)
    {
        if (packet.IsEmpty || packet.Length > LongestPacket)
            return;
        if (_head + packet.Length > _bytes.Length)
        {
            // Behind the head stand the oldest packets only; they go before the head turns to the front.
            while (_entries.TryPeek(out var old) && old.Offset >= _head)
                _entries.Dequeue();
            _head = 0;
        }
        while (_entries.TryPeek(out var old) && old.Offset >= _head && old.Offset < _head + packet.Length)
            _entries.Dequeue();
        packet.CopyTo(_bytes.AsSpan(_head));
        _entries.Enqueue(new Entry(_head, packet.Length, time));
        _head += packet.Length;
    }

    /// <summary>Writes a pcap file.</summary>
    /// <param name="target">Where to; left open.</param>
    /// <param name="origin">The wall clock's time at zero of the packets' clock.</param>
    public void Save(Stream target, DateTimeOffset origin)
    {
        var header = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, NanosecondMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), LongestPacket);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), LinkTypeRaw);
        target.Write(header);
        var record = new byte[16];
        foreach (var entry in _entries)
        {
            var time = (origin + entry.Time).Ticks - DateTimeOffset.UnixEpoch.Ticks;
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(time / TimeSpan.TicksPerSecond));
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), (uint)(time % TimeSpan.TicksPerSecond * 100));
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), entry.Length);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12), entry.Length);
            target.Write(record);
            target.Write(_bytes.AsSpan(entry.Offset, entry.Length));
        }
    }

    private readonly record struct Entry(int Offset, int Length, TimeSpan Time);
}
