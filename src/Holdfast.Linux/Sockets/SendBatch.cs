using System.Runtime.InteropServices;

namespace Holdfast.Linux.Sockets;

/// <summary>Messages that leave with one <see cref="UdpSocket.Send"/>, written straight to where the kernel reads
/// them, one behind the other. Reserve, write, commit; send; clear. A message is a datagram, or a run of them to one place that
/// the kernel cuts (UDP_SEGMENT). Allocates nothing after it was made. One thread at a time.
/// </summary>
public sealed unsafe class SendBatch
{
    /// <summary>Most datagrams in one message (UDP_MAX_SEGMENTS of linux/udp.h before Linux 6.9).</summary>
    public const int RunDatagrams = 64;

    /// <summary>Most bytes in one message: the largest UDP datagram over IPv4.</summary>
    public const int RunBytes = 65507;

    private const int NameSize = 32;

    // The first finds what was said of an earlier datagram, and another error may come meanwhile.
    private const int Attempts = 3;

    // Pinned, as in ReceiveBatch.
    private readonly Libc.BatchedMessage[] _messages;
    private readonly Libc.IoVector[] _vectors;
    private readonly byte[] _names;
    private readonly byte[] _controls;
    private readonly byte[] _data;
    private readonly Run[] _runs;
    private int _tail;
    private int _reserved = -1;

    /// <summary>Lays the memory out.</summary>
    /// <param name="capacity">Most messages (1 to 1024, the kernel's UIO_MAXIOV).</param>
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
        _controls = GC.AllocateArray<byte>(capacity * ControlData.Size, pinned: true);
        _data = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        _runs = new Run[capacity];
        for (var i = 0; i < capacity; i++)
        {
            _messages[i].Header.Vectors = (Libc.IoVector*)Marshal.UnsafeAddrOfPinnedArrayElement(_vectors, i);
            _messages[i].Header.VectorCount = 1;
            _messages[i].Header.Name = At(_names, i * NameSize);
        }
    }

    /// <summary>Most messages.</summary>
    public int Capacity { get; }

    /// <summary>Messages committed since the batch was cleared.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them were sent or refused.</summary>
    public int Done { get; private set; }

    /// <summary>How many of them wait to be sent.</summary>
    public int Remaining => Count - Done;

    /// <summary>True if no further message can be committed before the batch is cleared.</summary>
    public bool IsFull => Count == Capacity || _tail == _data.Length;

    /// <summary>Bytes that are free for further messages.</summary>
    public int Free => Count == Capacity ? 0 : _data.Length - _tail;

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

    /// <summary>Makes what was written to the reserved place a message of its own.</summary>
    /// <param name="length">Its length in bytes, at most what was reserved.</param>
    /// <param name="remote">Where it goes; of the socket's family.</param>
    /// <param name="source">Where it is sent from; the default lets the kernel choose.</param>
    /// <param name="trafficClass">The traffic class, ECN in the lower two bits; 0 is the socket's own.</param>
    /// <returns>Which message it became.</returns>
    /// <exception cref="InvalidOperationException">Nothing was reserved, or less.</exception>
    public int Commit(int length, in DatagramAddress remote, in SourceAddress source = default, byte trafficClass = 0)
    {
        RequireReserved(length);
        Begin(length, remote, source, trafficClass);
        Advance(length);
        return Count - 1;
    }

    /// <summary>Makes what was written to the reserved place one more datagram of the last message, which becomes a run that the
    /// kernel cuts. The caller knows that it goes the same way.</summary>
    /// <param name="length">Its length in bytes, at most what was reserved.</param>
    /// <returns>False if that message takes no more, or not of this length: commit it then.</returns>
    /// <exception cref="InvalidOperationException">Nothing was reserved, or less.</exception>
    public bool TryJoin(int length)
    {
        RequireReserved(length);
        if (Remaining == 0) return false;
        ref var run = ref _runs[Count - 1];
        if (!run.IsOpen || length > run.SegmentBytes || run.Datagrams == RunDatagrams
            || (int)_vectors[Count - 1].Length + length > RunBytes) return false;
        Join(length);
        Advance(length);
        return true;
    }

    private void Join(int length)
    {
        ref var run = ref _runs[Count - 1];
        ref var header = ref _messages[Count - 1].Header;
        if (run.Datagrams++ == 1)
        {
            header.Control = At(_controls, (Count - 1) * ControlData.Size);
            header.ControlLength += (nuint)ControlData.WriteSegment(
                run.SegmentBytes, header.Control + (int)header.ControlLength);
        }
        _vectors[Count - 1].Length += (nuint)length;
        run.IsOpen = length == run.SegmentBytes;
    }

    private void Begin(int length, in DatagramAddress remote, in SourceAddress source, byte trafficClass)
    {
        _vectors[Count] = new Libc.IoVector { Base = At(_data, _tail), Length = (nuint)length };
        ref var header = ref _messages[Count].Header;
        header.NameLength = (uint)remote.Write(header.Name);
        var control = At(_controls, Count * ControlData.Size);
        var sourceBytes = ControlData.WriteSource(source, control);
        var size = sourceBytes + ControlData.WriteTrafficClass(remote.Family, trafficClass, control + sourceBytes);
        header.Control = size == 0 ? null : control;
        header.ControlLength = (nuint)size;
        _runs[Count] = new Run
        {
            SegmentBytes = length,
            Datagrams = 1,
            SourceBytes = sourceBytes,
            IsOpen = length > 0,
        };
        Count++;
    }

    /// <summary>The bytes of a committed message.</summary>
    public ReadOnlySpan<byte> Datagram(int index)
    {
        RequireIndex(index);
        return new ReadOnlySpan<byte>(_vectors[index].Base, (int)_vectors[index].Length);
    }

    /// <summary>How many datagrams a committed message stands for.</summary>
    public int Datagrams(int index)
    {
        RequireIndex(index);
        return _runs[index].Datagrams;
    }

    /// <summary>Where a committed message goes.</summary>
    public DatagramAddress Remote(int index)
    {
        RequireIndex(index);
        return DatagramAddress.Read(_messages[index].Header.Name);
    }

    /// <summary>Whether a committed message leaves from a chosen source.</summary>
    public bool HasSource(int index)
    {
        RequireIndex(index);
        return _runs[index].SourceBytes > 0;
    }

    /// <summary>Empties the batch; what remains in it is dropped.</summary>
    public void Clear()
    {
        Count = Done = _tail = 0;
        _reserved = -1;
    }

    internal SendResult SendTo(int fd)
    {
        var sent = 0;
        while (Done < Count)
        {
            var first = (Libc.BatchedMessage*)Marshal.UnsafeAddrOfPinnedArrayElement(_messages, Done);
            var result = SendOrRepeat(fd, first, Count - Done);
            if (result == -Errno.EAGAIN) return new SendResult(sent, null, Blocked: true);
            // It is the first one that was refused. The rest waits, because it may have to go behind it.
            if (result < 0) return new SendResult(sent, new SendFailure(Done++, -result), Blocked: false);
            sent += result;
            Done += result;
        }
        return new SendResult(sent, null, Blocked: false);
    }

    /// <summary>An error may be what was said of an earlier datagram, to whomever it went (IP_RECVERR): it is told once, and the message
    /// did not go.</summary>
    private static int SendOrRepeat(int fd, Libc.BatchedMessage* messages, int count)
    {
        var result = 0;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            result = Libc.SendBatch(fd, messages, count, Libc.MSG_DONTWAIT);
            if (result is >= 0 or -Errno.EAGAIN or -Errno.ENOBUFS) break;
        }
        return result;
    }

    /// <summary>The message is the one that was refused last.</summary>
    internal SentAgain SendAgain(int fd, int index, SendForm form)
    {
        RequireIndex(index);
        ref var run = ref _runs[index];
        var message = _messages[index];
        var leaves = (form & SendForm.AnySource) != 0 ? run.SourceBytes : 0;
        message.Header.Control += leaves;
        message.Header.ControlLength -= (nuint)leaves;
        var isWhole = run.Datagrams == 1 || (form & SendForm.OneByOne) == 0;
        if (!isWhole) message.Header.ControlLength -= (nuint)ControlData.SegmentSize;
        return SendPieces(fd, message, index, isWhole ? (int)_vectors[index].Length : run.SegmentBytes);
    }

    private SentAgain SendPieces(int fd, Libc.BatchedMessage message, int index, int size)
    {
        ref var run = ref _runs[index];
        var from = message.Header.Vectors->Base;
        var (left, taken, bytes, gone, crowded, crowdedBytes) = ((int)message.Header.Vectors->Length, 0, 0, 0, 0, 0);
        var each = size >= left ? run.Datagrams : 1;
        Libc.IoVector vector;
        message.Header.Vectors = &vector;
        do
        {
            vector = new Libc.IoVector { Base = from, Length = (nuint)Math.Min(size, left) };
            var result = SendOrRepeat(fd, &message, 1);
            if (result == -Errno.EAGAIN)
            {
                Keep(index, from, left, gone);
                return new SentAgain(taken, bytes, run.Datagrams, left, crowded, crowdedBytes);
            }
            if (result == 1) (taken, bytes) = (taken + each, bytes + (int)vector.Length);
            if (result == -Errno.ENOBUFS) (crowded, crowdedBytes) = (crowded + each, crowdedBytes + (int)vector.Length);
            from += size;
            (left, gone) = (left - size, gone + each);
        }
        while (left > 0);
        return new SentAgain(taken, bytes, Crowded: crowded, CrowdedBytes: crowdedBytes);
    }

    /// <summary>What is left of a message waits for the next send.</summary>
    private void Keep(int index, byte* from, int left, int gone)
    {
        _vectors[index] = new Libc.IoVector { Base = from, Length = (nuint)left };
        ref var run = ref _runs[index];
        run.Datagrams -= gone;
        if (gone > 0 && run.Datagrams == 1) _messages[index].Header.ControlLength -= (nuint)ControlData.SegmentSize;
        Done = index;
    }

    private void RequireReserved(int length)
    {
        if (length < 0 || length > _reserved)
            throw new InvalidOperationException($"{length} bytes committed of {_reserved} reserved");
    }

    private void Advance(int length)
    {
        _tail += length;
        _reserved = -1;
    }

    private void RequireIndex(int index) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));

    private static byte* At(byte[] pinned, int offset) =>
        (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, offset);

    /// <summary>What a message is beyond what the kernel is told.</summary>
    private struct Run
    {
        internal int SegmentBytes;
        internal int Datagrams;
        internal int SourceBytes; // of control data, in front
        internal bool IsOpen;
    }
}
