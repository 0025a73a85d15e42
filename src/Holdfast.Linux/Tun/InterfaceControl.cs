using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Tun;

/// <summary>Asks and sets an interface's few old-style properties, in the namespace where this object was made,
/// whichever thread calls.</summary>
internal sealed unsafe class InterfaceControl : IDisposable
{
    // linux/sockios.h
    private const uint SIOCGIFMTU = 0x8921;
    private const uint SIOCSIFMTU = 0x8922;
    private const uint SIOCGIFINDEX = 0x8933;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/: \t\n\v\f\r\0");

    private readonly SafeFileHandle _socket;

    internal InterfaceControl()
    {
        var fd = Libc.Socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        _socket = new SafeFileHandle(LinuxException.Check("open a control socket", fd), ownsHandle: true);
    }

    internal static void CheckName(string name)
    {
        var size = Encoding.UTF8.GetByteCount(name);
        if (size is 0 or >= Libc.InterfaceRequest.NameSize || name is "." or ".."
            || name.AsSpan().ContainsAny(Forbidden))
            throw new ArgumentException(
                $"'{name}' can't be an interface's name: 1 to 15 bytes without '/', ':' and blanks", nameof(name));
    }

    internal static Libc.InterfaceRequest RequestFor(string name)
    {
        CheckName(name);
        var request = default(Libc.InterfaceRequest);
        Encoding.UTF8.GetBytes(name, new Span<byte>(request.Name, Libc.InterfaceRequest.NameSize));
        return request;
    }

    internal static string NameIn(Libc.InterfaceRequest request)
    {
        var name = new ReadOnlySpan<byte>(request.Name, Libc.InterfaceRequest.NameSize);
        var end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }

    internal bool Exists(string name)
    {
        var request = RequestFor(name);
        return Control(SIOCGIFINDEX, ref request) == 0;
    }

    internal int Index(string name)
    {
        var request = RequestFor(name);
        LinuxException.Check($"read index of {name}", Control(SIOCGIFINDEX, ref request));
        return request.Value;
    }

    internal int GetMtu(string name)
    {
        var request = RequestFor(name);
        LinuxException.Check($"read MTU of {name}", Control(SIOCGIFMTU, ref request));
        return request.Value;
    }

    internal void SetMtu(string name, int mtu)
    {
        var request = RequestFor(name);
        request.Value = mtu;
        LinuxException.Check($"set MTU of {name} to {mtu}", Control(SIOCSIFMTU, ref request));
    }

    private int Control(uint operation, ref Libc.InterfaceRequest request)
    {
        using var held = new HeldDescriptor(_socket);
        fixed (Libc.InterfaceRequest* argument = &request) return Libc.Ioctl(held.Fd, operation, argument);
    }

    public void Dispose() => _socket.Dispose();
}
