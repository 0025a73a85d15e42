using System.Runtime.InteropServices;

namespace Holdfast.Linux.Sockets;

/// <summary>Memory for the datagrams of one <see cref="UdpSocket.Receive"/>, laid out once. What it holds is valid
/// until the next receive into it. One thread at a time.</summary>
public sealed unsafe class ReceiveBatch
{
    private const int NameSize = 32;
    private const int Alignment = 64;

    // Pinned, so that the kernel's pointers into them stay good, and collected like any object: nothing can be freed
    // while it is in use.
    private readonly Libc.BatchedMessage[] _messages;
    private readonly Libc.IoVector[] _vectors;
    private readonly byte[] _names;
    private readonly byte[] _controls;
    private readonly byte[] _data;
    private readonly int _stride;
    private int _used;

    /// <summary>Lays the memory out.</summary>
    /// <param name="capacity">Most messages of one receive (1 to 1024, the kernel's UIO_MAXIOV).</param>
    /// <param name="datagramSize">Bytes kept of a message (1 to 65536); a longer one is marked
    /// <see cref="IsTruncated"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of these ranges.</exception>
    public ReceiveBatch(int capacity, int datagramSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, UdpSocket.MessagesAtOnce);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(datagramSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(datagramSize, 65536);
        Capacity = capacity;
        DatagramSize = datagramSize;
        // One line more: buffers a power of two apart would share their cache sets.
        _stride = (datagramSize + Alignment - 1) / Alignment * Alignment + Alignment;
        _messages = GC.AllocateArray<Libc.BatchedMessage>(capacity, pinned: true);
        _vectors = GC.AllocateArray<Libc.IoVector>(capacity, pinned: true);
        _names = GC.AllocateArray<byte>(capacity * NameSize, pinned: true);
        _controls = GC.AllocateArray<byte>(capacity * ControlData.Size, pinned: true);
        _data = GC.AllocateUninitializedArray<byte>(capacity * _stride, pinned: true);
        _used = capacity;
        for (var i = 0; i < capacity; i++)
        {
            _vectors[i] = new Libc.IoVector { Base = At(_data, i * _stride), Length = (nuint)datagramSize };
            _messages[i].Header.Vectors = (Libc.IoVector*)Marshal.UnsafeAddrOfPinnedArrayElement(_vectors, i);
            _messages[i].Header.VectorCount = 1;
            _messages[i].Header.Name = At(_names, i * NameSize);
            _messages[i].Header.Control = At(_controls, i * ControlData.Size);
        }
    }

    /// <summary>Most messages of one receive.</summary>
    public int Capacity { get; }

    /// <summary>Bytes kept of a message.</summary>
    public int DatagramSize { get; }

    /// <summary>How many messages the last receive brought.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of a message, which may be changed in place: a datagram, or several of one sender and size, the last
    /// of which may be shorter (<see cref="Accompaniment.SegmentBytes"/>).</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public Span<byte> Datagram(int index) =>
        _data.AsSpan(index * _stride, Math.Min((int)Message(index).Length, DatagramSize));

    /// <summary>Who sent a message.</summary>
    public DatagramAddress Remote(int index) => DatagramAddress.Read(Message(index).Header.Name);

    /// <summary>What else the kernel tells of a message.</summary>
    public Accompaniment Accompanying(int index)
    {
        ref var header = ref Message(index).Header;
        return ControlData.Read(header.Control, (int)header.ControlLength);
    }

    /// <summary>True if a message was longer than <see cref="DatagramSize"/>.</summary>
    public bool IsTruncated(int index) => (Message(index).Header.Flags & Libc.MSG_TRUNC) != 0;

    /// <summary>One recvmmsg into this memory.</summary>
    internal int ReceiveFrom(int fd)
    {
        // The kernel writes the lengths of those that it filled; only they need to be set again.
        for (var i = 0; i < _used; i++)
        {
            ref var header = ref _messages[i].Header;
            header.NameLength = NameSize;
            header.ControlLength = ControlData.Size;
        }
        Count = _used = 0;
        var messages = (Libc.BatchedMessage*)Marshal.UnsafeAddrOfPinnedArrayElement(_messages, 0);
        var result = Libc.ReceiveBatch(fd, messages, Capacity, Libc.MSG_DONTWAIT);
        if (result > 0) Count = _used = result;
        return result;
    }

    private ref Libc.BatchedMessage Message(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return ref _messages[index];
    }

    private static byte* At(byte[] pinned, int offset) =>
        (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, offset);
}
