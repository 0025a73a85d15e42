using System.Runtime.InteropServices;

namespace Holdfast.Linux.Sockets;

/// <summary>Memory for what one <see cref="UdpSocket.ReceiveErrors"/> tells, laid out once. What it holds is valid until the next one.
/// One thread at a time.</summary>
public sealed unsafe class ErrorBatch
{
    /// <summary>Errors of one system call.</summary>
    public const int Capacity = 16;

    private const int NameSize = 32;

    // An error with its sender, and what accompanies a datagram besides.
    private const int ControlSize = 96 + ControlData.Size;

    // Pinned, as in ReceiveBatch.
    private readonly Libc.BatchedMessage[] _messages = GC.AllocateArray<Libc.BatchedMessage>(Capacity, pinned: true);
    private readonly byte[] _names = GC.AllocateArray<byte>(Capacity * NameSize, pinned: true);
    private readonly byte[] _controls = GC.AllocateArray<byte>(Capacity * ControlSize, pinned: true);

    /// <summary>How many errors the last call brought.</summary>
    public int Count { get; private set; }

    /// <summary>One of them.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public DatagramError this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            ref var header = ref _messages[index].Header;
            var error = ControlData.ReadError(header.Control, (int)header.ControlLength, DatagramAddress.Read(header.Name));
            return error with { InterfaceIndex = ControlData.Read(header.Control, (int)header.ControlLength).Local.InterfaceIndex };
        }
    }

    /// <summary>One recvmmsg of the socket's error queue; without room for the datagrams that it is about.</summary>
    internal int ReceiveFrom(int fd)
    {
        Count = 0;
        Array.Clear(_names); // the kernel leaves a name alone that it does not know
        for (var i = 0; i < Capacity; i++)
        {
            ref var header = ref _messages[i].Header;
            header.Name = At(_names, i * NameSize);
            header.NameLength = NameSize;
            header.Control = At(_controls, i * ControlSize);
            header.ControlLength = ControlSize;
        }
        var messages = (Libc.BatchedMessage*)Marshal.UnsafeAddrOfPinnedArrayElement(_messages, 0);
        var result = Libc.ReceiveBatch(fd, messages, Capacity, Libc.MSG_ERRQUEUE | Libc.MSG_DONTWAIT);
        if (result > 0) Count = result;
        return result;
    }

    private static byte* At(byte[] pinned, int offset) =>
        (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, offset);
}
