using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Events;

/// <summary>Waits for many descriptors at once (epoll(7)). Waiting allocates nothing. Adding and removing may be done
/// by any thread; waiting by one.</summary>
public sealed unsafe class Epoll : IDisposable
{
    /// <summary>Most events that one wait returns; the rest are returned by the next.</summary>
    public const int EventsAtOnce = 64;

    private const int EPOLL_CTL_ADD = 1;
    private const int EPOLL_CTL_DEL = 2;
    private const int EPOLL_CTL_MOD = 3;
    private const int EPOLL_CLOEXEC = 0x80000;

    // struct epoll_event is packed on x86-64 alone (12 bytes; 16 elsewhere).
    private static readonly int EntrySize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int TokenOffset = EntrySize - sizeof(ulong);

    private readonly SafeFileHandle _handle;
    private readonly int _fd;

    /// <summary>Makes an instance that waits for nothing yet.</summary>
    /// <exception cref="LinuxException">EMFILE or ENFILE: too many open files.</exception>
    public Epoll()
    {
        _fd = LinuxException.Check("create epoll", Libc.EpollCreate(EPOLL_CLOEXEC));
        _handle = new SafeFileHandle(_fd, ownsHandle: true);
    }

    /// <summary>Waits for a descriptor too, from here on.</summary>
    /// <param name="fd">The descriptor; closing its last copy removes it.</param>
    /// <param name="interest">What to report, besides errors.</param>
    /// <param name="token">Comes back with each event.</param>
    /// <exception cref="LinuxException">EEXIST: it was added; EPERM: it can't be waited for; EBADF.</exception>
    public void Add(int fd, EpollInterest interest, ulong token) =>
        Control("add to epoll", EPOLL_CTL_ADD, fd, interest, token);

    /// <summary>Changes what is reported of a descriptor.</summary>
    /// <exception cref="LinuxException">ENOENT: it was not added; EBADF.</exception>
    public void Modify(int fd, EpollInterest interest, ulong token) =>
        Control("modify in epoll", EPOLL_CTL_MOD, fd, interest, token);

    /// <summary>Waits for a descriptor no more.</summary>
    /// <exception cref="LinuxException">ENOENT: it was not added; EBADF.</exception>
    public void Remove(int fd) => Control("remove from epoll", EPOLL_CTL_DEL, fd, EpollInterest.None, 0);

    /// <summary>Waits until something happens.</summary>
    /// <param name="fill">Filled with what happened; at most <see cref="EventsAtOnce"/> of it are used.</param>
    /// <param name="timeout">The longest wait, rounded up to milliseconds; zero only looks; negative has no
    /// end.</param>
    /// <returns>How many events were filled in; 0 after the timeout, or early after a signal.</returns>
    /// <exception cref="LinuxException">The instance is closed.</exception>
    [SkipLocalsInit]
    public int Wait(Span<EpollEvent> fill, TimeSpan timeout)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        var entries = stackalloc byte[EventsAtOnce * 16];
        var count = Libc.EpollWait(_fd, entries, Math.Min(fill.Length, EventsAtOnce), Milliseconds(timeout));
        if (count == -Errno.EINTR) return 0;
        LinuxException.Check("wait for epoll", count);
        for (var i = 0; i < count; i++)
        {
            var entry = entries + i * EntrySize;
            fill[i] = new EpollEvent(Unsafe.ReadUnaligned<ulong>(entry + TokenOffset), *(EpollInterest*)entry);
        }
        return count;
    }

    /// <summary>Closes the instance; the descriptors stay open.</summary>
    public void Dispose() => _handle.Dispose();

    private void Control(string operation, int code, int fd, EpollInterest interest, ulong token)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        var entry = stackalloc byte[16];
        *(EpollInterest*)entry = interest;
        Unsafe.WriteUnaligned(entry + TokenOffset, token);
        LinuxException.Check(operation, Libc.EpollControl(_fd, code, fd, entry));
    }

    private static int Milliseconds(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero) return -1;
        var milliseconds = (timeout.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        return (int)Math.Min(milliseconds, int.MaxValue);
    }
}
