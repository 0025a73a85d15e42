using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Sockets;

/// <summary>A UDP socket of one address family that sends and receives in batches and keeps to a datagram's own
/// address of this host. Non-blocking. See udp(7), ip(7), ipv6(7).</summary>
public sealed unsafe class UdpSocket : IDisposable
{
    /// <summary>Most datagrams of one system call (UIO_MAXIOV).</summary>
    public const int MessagesAtOnce = 1024;

    // asm-generic/socket.h, linux/in.h, linux/in6.h
    private const int SO_SNDBUF = 7;
    private const int SO_RCVBUF = 8;
    private const int SO_REUSEPORT = 15;
    private const int SO_SNDBUFFORCE = 32;
    private const int SO_RCVBUFFORCE = 33;
    private const int SO_MARK = 36;
    private const int SO_BINDTOIFINDEX = 62;
    private const int IP_MTU_DISCOVER = 10;
    private const int IP_RECVTOS = 13;
    private const int IPV6_MTU_DISCOVER = 23;
    private const int IPV6_V6ONLY = 26;
    private const int IPV6_RECVPKTINFO = 49;
    private const int IPV6_RECVTCLASS = 66;

    private readonly SafeFileHandle _handle;
    private readonly int _fd;
    private readonly string _name;
    private bool _disposed;

    private UdpSocket(SafeFileHandle handle, AddressFamily family, string name)
    {
        _handle = handle;
        _fd = (int)handle.DangerousGetHandle();
        _name = name;
        Family = family;
    }

    /// <summary>IPv4 or IPv6; an IPv6 socket carries no IPv4.</summary>
    public AddressFamily Family { get; }

    /// <summary>The descriptor, for epoll. It belongs to this object; -1 once that is disposed.</summary>
    public int Fd => _disposed ? -1 : _fd;

    /// <summary>The port that the socket is bound to.</summary>
    public int Port { get; private set; }

    /// <summary>Whether the kernel puts received datagrams together: it was asked to, and it can (Linux 5.0).</summary>
    public bool JoinsReceived { get; private set; }

    /// <summary>Bytes of the receive buffer as the kernel counts them (twice what was asked for).</summary>
    public int ReceiveBuffer => GetOption(SO_RCVBUF);

    /// <summary>Bytes of the send buffer as the kernel counts them (twice what was asked for).</summary>
    public int SendBuffer => GetOption(SO_SNDBUF);

    /// <summary>Opens and binds a socket in the calling thread's network namespace.</summary>
    /// <param name="family">InterNetwork or InterNetworkV6.</param>
    /// <param name="options">How; null is any address and port.</param>
    /// <exception cref="ArgumentException">Another family, or an address of the other one.</exception>
    /// <exception cref="LinuxException">EADDRINUSE: somebody has the port; EADDRNOTAVAIL: not an address of this host;
    /// EAFNOSUPPORT: no IPv6; EPERM: a mark without CAP_NET_ADMIN; EACCES: a port below 1024 without
    /// CAP_NET_BIND_SERVICE; ENOPROTOOPT: an interface, on a kernel older than Linux 5.1.</exception>
    public static UdpSocket Open(AddressFamily family, UdpOptions? options = null) =>
        Open(family, options ?? new UdpOptions(), sharesPort: false);

    /// <summary>
    /// Opens a socket for one interface alone on this one's port, in the calling thread's network namespace: it gets what comes by
    /// that interface, and this one all the rest. The port is shared (SO_REUSEPORT) for that moment only, so that nobody else
    /// joins it later.
    /// </summary>
    /// <param name="interfaceIndex">The interface.</param>
    /// <param name="options">How; the port and the interface in it don't count.</param>
    /// <exception cref="LinuxException">As for <see cref="Open(AddressFamily, UdpOptions)"/>.</exception>
    public UdpSocket OpenFor(int interfaceIndex, UdpOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(interfaceIndex);
        ArgumentNullException.ThrowIfNull(options);
        SharePort(true);
        try
        {
            var socket = Open(Family, options with { Port = Port, InterfaceIndex = interfaceIndex }, sharesPort: true);
            socket.SharePort(false);
            return socket;
        }
        finally
        {
            SharePort(false);
        }
    }

    private static UdpSocket Open(AddressFamily family, UdpOptions options, bool sharesPort)
    {
        if (family is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
            throw new ArgumentException("UDP over IPv4 or IPv6 only", nameof(family));
        var six = family == AddressFamily.InterNetworkV6;
        var address = options.Address ?? (six ? IPAddress.IPv6Any : IPAddress.Any);
        if (address.AddressFamily != family)
            throw new ArgumentException($"{address} is not of the socket's family", nameof(options));
        var local = new IPEndPoint(address, options.Port);
        var type = Libc.SOCK_DGRAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC;
        var fd = Libc.Socket(six ? Libc.AF_INET6 : Libc.AF_INET, type, 0);
        LinuxException.Check($"open udp {local}", fd);
        var socket = new UdpSocket(new SafeFileHandle(fd, ownsHandle: true), family, $"udp {local}");
        try
        {
            socket.Configure(options);
            if (sharesPort) socket.SharePort(true);
            socket.Bind(local);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Configure(UdpOptions options)
    {
        var six = Family == AddressFamily.InterNetworkV6;
        if (six)
        {
            Set("set IPV6_V6ONLY", ControlData.SOL_IPV6, IPV6_V6ONLY, 1);
            Set("set IPV6_RECVPKTINFO", ControlData.SOL_IPV6, IPV6_RECVPKTINFO, 1);
        }
        else
        {
            Set("set IP_PKTINFO", ControlData.SOL_IP, ControlData.IP_PKTINFO, 1);
        }
        if (six) Set("set IPV6_MTU_DISCOVER", ControlData.SOL_IPV6, IPV6_MTU_DISCOVER, (int)options.PathMtu);
        else Set("set IP_MTU_DISCOVER", ControlData.SOL_IP, IP_MTU_DISCOVER, (int)options.PathMtu);
        if (options.TellsTrafficClass && six) Set("set IPV6_RECVTCLASS", ControlData.SOL_IPV6, IPV6_RECVTCLASS, 1);
        else if (options.TellsTrafficClass) Set("set IP_RECVTOS", ControlData.SOL_IP, IP_RECVTOS, 1);
        if (options.TellsErrors && six) Set("set IPV6_RECVERR", ControlData.SOL_IPV6, ControlData.IPV6_RECVERR, 1);
        else if (options.TellsErrors) Set("set IP_RECVERR", ControlData.SOL_IP, ControlData.IP_RECVERR, 1);
        if (options.JoinsReceived) JoinsReceived = Libc.SetOption(_fd, ControlData.SOL_UDP, ControlData.UDP_GRO, 1) == 0;
        if (options.Mark != 0) SetMark(options.Mark);
        if (options.InterfaceIndex != 0) SetInterface(options.InterfaceIndex);
        SetBuffer("set SO_RCVBUF", SO_RCVBUFFORCE, SO_RCVBUF, options.ReceiveBuffer);
        SetBuffer("set SO_SNDBUF", SO_SNDBUFFORCE, SO_SNDBUF, options.SendBuffer);
    }

    private void Bind(IPEndPoint local)
    {
        var name = stackalloc byte[sizeof(Libc.SocketAddress6)];
        var size = DatagramAddress.From(local).Write(name);
        LinuxException.Check($"bind udp {local}", Libc.Bind(_fd, name, size));
        size = sizeof(Libc.SocketAddress6);
        LinuxException.Check($"read address of udp {local}", Libc.GetSocketName(_fd, name, ref size));
        Port = DatagramAddress.Read(name).Port;
    }

    /// <summary>Receives what has arrived, with one system call.</summary>
    /// <param name="batch">Filled.</param>
    /// <returns>How many datagrams, or a negative error number: EAGAIN if there is none, EBADF once this object is
    /// disposed.</returns>
    public int Receive(ReceiveBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (_disposed) return -Errno.EBADF;
        var result = batch.ReceiveFrom(_fd);
        // What is said of a datagram that was sent is told here first, and no datagram with it.
        return result is < 0 and not -Errno.EAGAIN ? batch.ReceiveFrom(_fd) : result;
    }

    /// <summary>Receives what was said of datagrams that had been sent, with one system call. While there is any,
    /// <see cref="Events.EpollInterest.Error"/> is reported. Needs <see cref="UdpOptions.TellsErrors"/>.</summary>
    /// <param name="batch">Filled.</param>
    /// <returns>How many errors, or a negative error number: EAGAIN if there is none, EBADF once this object is
    /// disposed.</returns>
    public int ReceiveErrors(ErrorBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return _disposed ? -Errno.EBADF : batch.ReceiveFrom(_fd);
    }

    /// <summary>Sends what the batch holds and was not sent yet, up to the first message that the kernel refuses: it counts as
    /// done, and the caller sends it once more in another form, or not, before the rest.</summary>
    /// <param name="batch">Borrowed; clear it when all are gone.</param>
    public SendResult Send(SendBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return batch.SendTo(_fd);
    }

    /// <summary>Sends a message of a batch that the kernel refused once more, in another form.</summary>
    /// <param name="batch">Holds the message.</param>
    /// <param name="index">Which.</param>
    /// <param name="form">What to leave away.</param>
    /// <returns>What the kernel took.</returns>
    public SentAgain SendAgain(SendBatch batch, int index, SendForm form)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return batch.SendAgain(_fd, index, form);
    }

    /// <summary>Changes the mark of what is sent from here on; 0 is none.</summary>
    /// <exception cref="LinuxException">EPERM: needs CAP_NET_ADMIN.</exception>
    public void SetMark(uint mark) => Set($"set mark 0x{mark:x}", Libc.SOL_SOCKET, SO_MARK, (int)mark);

    /// <summary>Uses one interface alone from here on; 0 is all. Whether there is such an interface shows when something is
    /// sent (ENODEV).</summary>
    /// <exception cref="LinuxException">EPERM: one is set already, and to change it needs CAP_NET_RAW; ENOPROTOOPT: older than Linux
    /// 5.1.</exception>
    public void SetInterface(int index) => Set($"bind to interface {index}", Libc.SOL_SOCKET, SO_BINDTOIFINDEX, index);

    /// <summary>Closes the socket.</summary>
    public void Dispose()
    {
        _disposed = true;
        _handle.Dispose();
    }

    private void SharePort(bool shares) => Set("set SO_REUSEPORT", Libc.SOL_SOCKET, SO_REUSEPORT, shares ? 1 : 0);

    // With the privilege the system's limit doesn't count.
    private void SetBuffer(string operation, int force, int option, int bytes)
    {
        if (bytes == 0) return;
        var result = Libc.SetOption(_fd, Libc.SOL_SOCKET, force, bytes);
        if (result == -Errno.EPERM) Set(operation, Libc.SOL_SOCKET, option, bytes);
        else LinuxException.Check($"{operation} of {_name}", result);
    }

    private void Set(string operation, int level, int option, int value)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        LinuxException.Check($"{operation} of {_name}", Libc.SetOption(_fd, level, option, value));
    }

    private int GetOption(int option)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int value;
        var result = Libc.GetOption(_fd, Libc.SOL_SOCKET, option, &value, sizeof(int));
        LinuxException.Check($"read option of {_name}", result);
        return value;
    }
}
