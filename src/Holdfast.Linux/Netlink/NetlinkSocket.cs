using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Netlink;

/// <summary>A raw netlink socket of the calling thread's network namespace, with memory for one datagram.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    // The kernel packs a dump's messages into 32 KiB at most; one message alone can be larger by the text of an error.
    private const int DatagramSize = 64 * 1024;
    private const int SOL_NETLINK = 270;
    private const int NETLINK_ADD_MEMBERSHIP = 1;
    private const int NETLINK_CAP_ACK = 10;
    private const int NETLINK_EXT_ACK = 11;
    private const int NETLINK_GET_STRICT_CHK = 12;
    private const int SO_RCVBUFFORCE = 33;

    private readonly SafeFileHandle _handle;
    private readonly byte[] _datagram = GC.AllocateUninitializedArray<byte>(DatagramSize, pinned: true);
    private readonly string _name;

    internal NetlinkSocket(int protocol, string name, bool blocking)
    {
        _name = name;
        var type = Libc.SOCK_RAW | Libc.SOCK_CLOEXEC | (blocking ? 0 : Libc.SOCK_NONBLOCK);
        Fd = LinuxException.Check($"open {name}", Libc.Socket(Libc.AF_NETLINK, type, protocol));
        _handle = new SafeFileHandle(Fd, ownsHandle: true);
        var address = new Libc.NetlinkAddress { Family = Libc.AF_NETLINK };
        LinuxException.Check($"bind {name}", Libc.Bind(Fd, &address, sizeof(Libc.NetlinkAddress)));
        // What an old kernel doesn't know makes errors shorter and dumps longer, and nothing wrong.
        Libc.SetOption(Fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
        Libc.SetOption(Fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
        Libc.SetOption(Fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    }

    internal int Fd { get; }

    internal void Join(int group) =>
        LinuxException.Check($"watch group {group} of {_name}",
            Libc.SetOption(Fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group));

    /// <summary>Asks for a larger queue, which needs the privilege; without it events are lost earlier, and named.</summary>
    internal void EnlargeQueue(int bytes) => Libc.SetOption(Fd, Libc.SOL_SOCKET, SO_RCVBUFFORCE, bytes);

    internal void Send(string operation, ReadOnlySpan<byte> message)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        fixed (byte* bytes = message) LinuxException.Check(operation, Libc.Send(Fd, bytes, message.Length, 0));
    }

    /// <summary>Receives one datagram from the kernel.</summary>
    /// <param name="datagram">Borrowed until the next call.</param>
    /// <returns>Its size, or a negative error number; EMSGSIZE if it was larger than any datagram should be.</returns>
    internal int Receive(out ReadOnlySpan<byte> datagram)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        datagram = default;
        fixed (byte* bytes = _datagram)
        {
            Libc.NetlinkAddress sender;
            var vector = new Libc.IoVector { Base = bytes, Length = DatagramSize };
            var message = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1, Name = (byte*)&sender };
            int size;
            do
            {
                message.NameLength = (uint)sizeof(Libc.NetlinkAddress);
                size = Libc.Receive(Fd, &message, 0);
            }
            // Another process may write to this socket; only the kernel's port is 0.
            while (size >= 0 && sender.PortId != 0);
            if (size < 0) return size;
            if ((message.Flags & Libc.MSG_TRUNC) != 0) return -Errno.EMSGSIZE;
            datagram = _datagram.AsSpan(0, size);
            return size;
        }
    }

    public void Dispose() => _handle.Dispose();
}
