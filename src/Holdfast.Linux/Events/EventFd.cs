using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Events;

/// <summary>A bell between threads that epoll can hear (eventfd(2)): rung any number of times, it is readable until it
/// is acknowledged. Allocates nothing.</summary>
public sealed unsafe class EventFd : IDisposable
{
    private const int EFD_NONBLOCK = 0x800;
    private const int EFD_CLOEXEC = 0x80000;

    private readonly SafeFileHandle _handle;

    /// <summary>Makes a bell that was not rung.</summary>
    /// <exception cref="LinuxException">EMFILE or ENFILE: too many open files.</exception>
    public EventFd()
    {
        Fd = LinuxException.Check("create eventfd", Libc.EventFd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        _handle = new SafeFileHandle(Fd, ownsHandle: true);
    }

    /// <summary>The descriptor, for epoll (<see cref="EpollInterest.Readable"/>).</summary>
    public int Fd { get; }

    /// <summary>Rings. Any thread may, also one that races with <see cref="Dispose"/>: then nothing happens.</summary>
    public void Signal()
    {
        var held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            var one = 1UL;
            // EAGAIN means 2^64 - 2 rings that nobody heard: it rings already.
            var result = Libc.Write(Fd, &one, sizeof(ulong));
            if (result != -Errno.EAGAIN) LinuxException.Check("signal eventfd", result);
        }
        catch (ObjectDisposedException)
        {
            // Nobody listens any longer, so there is nobody to wake.
        }
        finally
        {
            if (held) _handle.DangerousRelease();
        }
    }

    /// <summary>Silences the bell.</summary>
    /// <returns>How often it was rung since the last time; 0 if it was not.</returns>
    public ulong Acknowledge()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        ulong rings;
        var result = Libc.Read(Fd, &rings, sizeof(ulong));
        if (result == -Errno.EAGAIN) return 0;
        LinuxException.Check("acknowledge eventfd", result);
        return rings;
    }

    /// <summary>Closes it.</summary>
    public void Dispose() => _handle.Dispose();
}
