using System.Runtime.InteropServices;

namespace Holdfast.Linux.Sockets;

/// <summary>Datagrams that leave with one <see cref="UdpSocket.Send"/>, written straight to where the kernel reads
/// them, one behind the other. Reserve, write, commit; send; clear. Allocates nothing after it was made. One thread at
/// a time.
/// </summary>
public sealed unsafe class SendBatch
{
    private const int NameSize = 32;

    // Pinned, as in ReceiveBatch.
    private readonly Libc.BatchedMessage[] _messages;
    private readonly Libc.IoVector[] _vectors;
    private readonly byte[] _names;
    private readonly byte[] _controls;
    private readonly byte[] _data;
    private readonly SendFailure[] _failures;
    private int _tail;
    private int _reserved = -1;
    private int _failed;

    /// <summary>Lays the memory out.</summary>
    /// <param name="capacity">Most datagrams (1 to 1024, the kernel's UIO_MAXIOV).</param>
    /// <param name="bytes">Room for all of them together.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of these ranges.</exception>
    public SendBatch(int capacity, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, UdpSocket.MessagesAtOnce);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        Capacity = capacity;
        _messages = GC.AllocateArray<Libc.BatchedMessage>(capacity, pinned: true);
        _vectors = GC.AllocateArray<Libc.IoVector>(capacity, pinned: true);
        _names = GC.AllocateArray<byte>(capacity * NameSize, pinned: true);
        _controls = GC.AllocateArray<byte>(capacity * PacketInfo.ControlSize, pinned: true);
        _data = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        _failures = new SendFailure[capacity];
        for (var i = 0; i < capacity; i++)
        {
            _messages[i].Header.Vectors = (Libc.IoVector*)Marshal.UnsafeAddrOfPinnedArrayElement(_vectors, i);
            _messages[i].Header.VectorCount = 1;
            _messages[i].Header.Name = At(_names, i * NameSize);
        }
    }

    /// <summary>Most datagrams.</summary>
    public int Capacity { get; }

    /// <summary>Datagrams committed since the batch was cleared.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them were sent or refused.</summary>
    public int Done { get; private set; }

    /// <summary>How many of them wait to be sent.</summary>
    public int Remaining => Count - Done;

    /// <summary>True if no datagram can be committed before the batch is cleared.</summary>
    public bool IsFull => Count == Capacity || _tail == _data.Length;

    /// <summary>Bytes that are free for further datagrams.</summary>
    public int Free => Count == Capacity ? 0 : _data.Length - _tail;

    /// <summary>Datagrams that the kernel refused since the batch was cleared, in order.</summary>
    public ReadOnlySpan<SendFailure> Failures => _failures.AsSpan(0, _failed);

    /// <summary>Hands out the place of the next datagram. Handing out again before a commit gives the same
    /// place.</summary>
    /// <param name="size">Bytes that it will have at most, at least 1.</param>
    /// <returns>The place, <paramref name="size"/> bytes that are not cleared, valid until the commit; empty if there
    /// is no room: send and clear first.</returns>
    public Span<byte> Reserve(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (size > Free) return default;
        _reserved = size;
        return _data.AsSpan(_tail, size);
    }

    /// <summary>Makes what was written to the reserved place a datagram.</summary>
    /// <param name="length">Its length in bytes, at most what was reserved.</param>
    /// <param name="remote">Where it goes; of the socket's family.</param>
    /// <param name="source">Where it is sent from; the default lets the kernel choose.</param>
    /// <exception cref="InvalidOperationException">Nothing was reserved, or less.</exception>
    public void Commit(int length, in DatagramAddress remote, in SourceAddress source = default)
    {
        if (length < 0 || length > _reserved)
            throw new InvalidOperationException($"{length} bytes committed of {_reserved} reserved");
        _vectors[Count] = new Libc.IoVector { Base = At(_data, _tail), Length = (nuint)length };
        ref var header = ref _messages[Count].Header;
        header.NameLength = (uint)remote.Write(header.Name);
        var control = At(_controls, Count * PacketInfo.ControlSize);
        var size = PacketInfo.Write(source, control);
        header.Control = size == 0 ? null : control;
        header.ControlLength = (nuint)size;
        _tail += length;
        _reserved = -1;
        Count++;
    }

    /// <summary>The bytes of a committed datagram.</summary>
    public ReadOnlySpan<byte> Datagram(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return new ReadOnlySpan<byte>(_vectors[index].Base, (int)_vectors[index].Length);
    }

    /// <summary>Where a committed datagram goes.</summary>
    public DatagramAddress Remote(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return DatagramAddress.Read(_messages[index].Header.Name);
    }

    /// <summary>Empties the batch; what remains in it is dropped.</summary>
    public void Clear()
    {
        Count = Done = _tail = _failed = 0;
        _reserved = -1;
    }

    internal SendResult SendTo(int fd)
    {
        var (sent, failed) = (0, 0);
        while (Done < Count)
        {
            var first = (Libc.BatchedMessage*)Marshal.UnsafeAddrOfPinnedArrayElement(_messages, Done);
            var result = Libc.SendBatch(fd, first, Count - Done, Libc.MSG_DONTWAIT);
            if (result == -Errno.EAGAIN) return new SendResult(sent, failed, Blocked: true);
            if (result > 0)
            {
                sent += result;
                Done += result;
                continue;
            }
            // It is the first one that was refused; the others have a way of their own.
            _failures[_failed++] = new SendFailure(Done++, -result);
            failed++;
        }
        return new SendResult(sent, failed, Blocked: false);
    }

    private static byte* At(byte[] pinned, int offset) =>
        (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, offset);
}
