using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Tun;

/// <summary>A TUN or TAP device that this process holds: what the host routes into the interface is read here, what is
/// written here arrives at the host from the interface. Non-blocking. See Documentation/networking/tuntap.rst.
/// <para>A device may be deleted behind our back (`ip link del`). The descriptor learns of it: epoll reports
/// <see cref="Events.EpollInterest.Error"/>, without having to ask for it, and from then on every call returns EBADFD.
/// It can't be attached again; open another device.</para>
/// <para>A device that is moved to another namespace stays attached; <see cref="OpenNamespace"/> tells where it
/// is.</para>
/// </summary>
public sealed unsafe class TunDevice : IDisposable
{
    // linux/if_tun.h
    private const uint TUNSETIFF = 0x400454ca;
    private const uint TUNSETPERSIST = 0x400454cb;
    private const uint TUNSETOFFLOAD = 0x400454d0;
    private const uint TUNSETCARRIER = 0x400454e2;
    private const uint TUNGETIFF = 0x800454d2;
    private const uint TUNGETDEVNETNS = 0x54e3;
    private const uint TUN_F_CSUM = 0x01;
    private const uint TUN_F_TSO4 = 0x02;
    private const uint TUN_F_TSO6 = 0x04;
    private const uint TUN_F_USO4 = 0x20;
    private const uint TUN_F_USO6 = 0x40;
    private const ushort IFF_TUN = 0x1;
    private const ushort IFF_TAP = 0x2;
    private const ushort IFF_NO_PI = 0x1000;
    private const ushort IFF_VNET_HDR = 0x4000;
    private const ushort IFF_TUN_EXCL = 0x8000;
    private const string ControlPath = "/dev/net/tun";

    private readonly SafeFileHandle _handle;
    private readonly InterfaceControl _control;
    private readonly int _fd;
    private bool _disposed;

    private TunDevice(SafeFileHandle handle, InterfaceControl control, string name, bool adopted)
    {
        _handle = handle;
        _control = control;
        _fd = (int)handle.DangerousGetHandle();
        Name = name;
        Adopted = adopted;
    }

    /// <summary>The interface's name when it was opened. <see cref="ReadName"/> asks again.</summary>
    public string Name { get; }

    /// <summary>True if the device existed and was taken over, so that its addresses and routes may be there
    /// too.</summary>
    public bool Adopted { get; }

    /// <summary>What the host leaves to this process.</summary>
    public TunOffload Offload { get; private set; }

    /// <summary>The descriptor, for epoll. It belongs to this object; -1 once that is disposed.</summary>
    public int Fd => _disposed ? -1 : _fd;

    /// <summary>The interface's index in the namespace where it was opened.</summary>
    /// <exception cref="LinuxException">ENODEV: deleted, renamed or moved.</exception>
    public int Index => _control.Index(Name);

    /// <summary>The largest packet, in bytes (68 to 65521).</summary>
    /// <exception cref="LinuxException">ENODEV: deleted, renamed or moved; EINVAL: out of range; EPERM.</exception>
    public int Mtu
    {
        get => _control.GetMtu(Name);
        set => _control.SetMtu(Name, value);
    }

    /// <summary>Creates a device in the calling thread's namespace, or takes over a persistent one that nobody
    /// holds.</summary>
    /// <param name="name">1 to 15 bytes; %d in it stands for the first number that is free.</param>
    /// <param name="options">How; null is a plain TUN that ends with this process.</param>
    /// <exception cref="ArgumentException">The name can't be an interface's.</exception>
    /// <exception cref="LinuxException">ENOENT, ENXIO or ENODEV: no /dev/net/tun; EPERM: needs CAP_NET_ADMIN; EBUSY:
    /// another process holds it (or it exists, with <see cref="TunOptions.MustBeNew"/>); EEXIST: an interface of
    /// another kind has the name. Nothing is left behind.</exception>
    public static TunDevice Open(string name, TunOptions? options = null)
    {
        InterfaceControl.CheckName(name);
        options ??= new TunOptions();
        var handle = new SafeFileHandle(OpenControl(), ownsHandle: true);
        InterfaceControl? control = null;
        try
        {
            control = new InterfaceControl();
            var flags = (ushort)((options.Tap ? IFF_TAP : IFF_TUN) | IFF_NO_PI
                | (options.VirtioHeader ? IFF_VNET_HDR : 0));
            var request = InterfaceControl.RequestFor(name);
            var adopted = Attach((int)handle.DangerousGetHandle(), ref request, flags, options, name, control);
            var device = new TunDevice(handle, control, InterfaceControl.NameIn(request), adopted);
            device.SetOffload(options.Offload);
            // An adopted device is persistent already, or it would have gone with its last owner.
            if (options.Persist && !adopted) device.SetPersistent(true);
            return device;
        }
        catch
        {
            control?.Dispose();
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Two ends of nothing but memory: what is written to one is read from the other. They are no interfaces, and the kernel neither
    /// looks at their packets nor cuts them; what asks for an interface fails.
    /// </summary>
    /// <param name="name">How they call themselves.</param>
    /// <param name="offload">What the one is to find left to it by the other.</param>
    /// <exception cref="LinuxException">EMFILE and the like.</exception>
    public static (TunDevice Near, TunDevice Far) OpenPair(string name, TunOffload offload)
    {
        var ends = stackalloc int[2];
        const int Type = Libc.SOCK_SEQPACKET | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC;
        LinuxException.Check("open a pair of devices", Libc.SocketPair(Libc.AF_UNIX, Type, ends));
        SafeFileHandle near = new(ends[0], ownsHandle: true), far = new(ends[1], ownsHandle: true);
        InterfaceControl? control = null;
        try
        {
            control = new InterfaceControl();
            return (End(near, control), End(far, new InterfaceControl()));
        }
        catch
        {
            control?.Dispose();
            near.Dispose();
            far.Dispose();
            throw;
        }

        TunDevice End(SafeFileHandle handle, InterfaceControl control) => new(handle, control, name, adopted: false) { Offload = offload };
    }

    private static int OpenControl()
    {
        var fd = Libc.Open(ControlPath, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (fd >= 0) return fd;
        var detail = -fd is Errno.ENOENT or Errno.ENXIO or Errno.ENODEV
            ? "this kernel or container has no TUN; load the module with `modprobe tun`, or pass the device in"
            : -fd is Errno.EPERM or Errno.EACCES ? "needs root or CAP_NET_ADMIN" : null;
        throw new LinuxException($"open {ControlPath}", -fd, detail);
    }

    // Asks for a device of its own first: the answer tells whether there was one, without a race.
    private static bool Attach(
        int fd, ref Libc.InterfaceRequest request, ushort flags, TunOptions options, string name,
        InterfaceControl control)
    {
        var empty = request;
        request.Flags = (ushort)(flags | IFF_TUN_EXCL);
        var result = SetInterface(fd, ref request);
        if (result == -Errno.EBUSY && !options.MustBeNew)
        {
            request = empty;
            request.Flags = flags;
            result = SetInterface(fd, ref request);
            if (result == 0) return true;
        }
        if (result == 0) return false;
        var kind = options.Tap ? "TAP" : "TUN";
        throw -result switch
        {
            Errno.EBUSY when options.MustBeNew => Refused(Errno.EBUSY, "it exists already"),
            Errno.EBUSY => Refused(Errno.EBUSY, "another process holds it"),
            Errno.EPERM => Refused(Errno.EPERM, "needs root or CAP_NET_ADMIN"),
            Errno.EINVAL when control.Exists(name) =>
                Refused(Errno.EEXIST, $"an interface of that name exists and is no {kind} of our form"),
            var other => Refused(other, null),
        };

        LinuxException Refused(int errno, string? detail) => new($"open {kind} {name}", errno, detail);
    }

    private static int SetInterface(int fd, ref Libc.InterfaceRequest request)
    {
        fixed (Libc.InterfaceRequest* argument = &request) return Libc.Ioctl(fd, TUNSETIFF, argument);
    }

    // Also when nothing is wanted: an adopted device has what its last owner wanted.
    private void SetOffload(TunOffload wanted)
    {
        var result = TrySetOffload(wanted);
        if (result == -Errno.EINVAL) result = TrySetOffload(wanted & ~TunOffload.Udp);
        if (result == -Errno.EINVAL) result = TrySetOffload(TunOffload.None);
        LinuxException.Check($"set offload of {Name}", result);
    }

    private int TrySetOffload(TunOffload wanted)
    {
        var bits = (wanted.HasFlag(TunOffload.Checksums) ? TUN_F_CSUM : 0)
            | (wanted.HasFlag(TunOffload.Tcp) ? TUN_F_TSO4 | TUN_F_TSO6 : 0)
            | (wanted.HasFlag(TunOffload.Udp) ? TUN_F_USO4 | TUN_F_USO6 : 0);
        var result = Libc.Ioctl(_fd, TUNSETOFFLOAD, (nint)bits);
        if (result >= 0) Offload = wanted;
        return result;
    }

    /// <summary>Takes one packet that the host sent into the interface.</summary>
    /// <param name="fill">Filled; a packet that is longer is cut off.</param>
    /// <returns>The packet's length, or a negative error number: EAGAIN if there is none, EBADFD once the device is
    /// deleted, EBADF once this object is disposed.</returns>
    public int Read(Span<byte> fill)
    {
        if (_disposed) return -Errno.EBADF;
        fixed (byte* bytes = fill) return Libc.Read(_fd, bytes, fill.Length);
    }

    /// <summary>Gives one packet to the host, as if it came in through the interface.</summary>
    /// <param name="packet">Borrowed for the call: an IP packet (TUN) or an Ethernet frame (TAP).</param>
    /// <returns>The packet's length, or a negative error number: EIO while the interface is down, EINVAL for bytes
    /// that are no IP packet, EBADFD once the device is deleted, EBADF once this object is disposed.</returns>
    public int Write(ReadOnlySpan<byte> packet)
    {
        if (_disposed) return -Errno.EBADF;
        fixed (byte* bytes = packet) return Libc.Write(_fd, bytes, packet.Length);
    }

    /// <summary>Says whether the device outlives this process. Taking it back and disposing deletes the
    /// device.</summary>
    /// <exception cref="LinuxException">EBADFD: the device is deleted.</exception>
    public void SetPersistent(bool persistent) =>
        LinuxException.Check($"make {Name} persistent", Libc.Ioctl(Descriptor(), TUNSETPERSIST, persistent ? 1 : 0));

    /// <summary>Says whether the wire behind the interface is there (LOWER_UP). It is when a device is opened, and
    /// isn't while nobody holds a persistent one.</summary>
    /// <exception cref="LinuxException">EBADFD: the device is deleted.</exception>
    public void SetCarrier(bool carrier)
    {
        var value = carrier ? 1 : 0;
        LinuxException.Check($"set carrier of {Name}", Libc.Ioctl(Descriptor(), TUNSETCARRIER, &value));
    }

    /// <summary>The interface's name at this time, whatever namespace it is in.</summary>
    /// <exception cref="LinuxException">EBADFD: the device is deleted.</exception>
    public string ReadName()
    {
        Libc.InterfaceRequest request;
        LinuxException.Check($"read name of {Name}", Libc.Ioctl(Descriptor(), TUNGETIFF, &request));
        return InterfaceControl.NameIn(request);
    }

    /// <summary>Opens the namespace that the interface is in at this time.</summary>
    /// <exception cref="LinuxException">EBADFD: the device is deleted; EPERM: needs CAP_NET_ADMIN.</exception>
    public SafeFileHandle OpenNamespace()
    {
        var fd = LinuxException.Check($"open namespace of {Name}", Libc.Ioctl(Descriptor(), TUNGETDEVNETNS, (nint)0));
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Lets the device go: it is deleted, or waits for its next owner if it is persistent.</summary>
    public void Dispose()
    {
        _disposed = true;
        _control.Dispose();
        _handle.Dispose();
    }

    private int Descriptor()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _fd;
    }
}
