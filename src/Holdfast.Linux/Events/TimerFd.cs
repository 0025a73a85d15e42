using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Events;

/// <summary>One alarm that epoll can hear (timerfd_create(2)), on the clock of <see cref="MonotonicClock"/>. Allocates
/// nothing.</summary>
public sealed unsafe class TimerFd : IDisposable
{
    private const int TFD_NONBLOCK = 0x800;
    private const int TFD_CLOEXEC = 0x80000;
    private const int TFD_TIMER_ABSTIME = 1;
    private const long Second = 1_000_000_000;

    private readonly SafeFileHandle _handle;

    /// <summary>Makes an alarm that is not set.</summary>
    /// <exception cref="LinuxException">EMFILE or ENFILE: too many open files.</exception>
    public TimerFd()
    {
        var fd = Libc.TimerFdCreate(MonotonicClock.Clock, TFD_NONBLOCK | TFD_CLOEXEC);
        Fd = LinuxException.Check("create timerfd", fd);
        _handle = new SafeFileHandle(Fd, ownsHandle: true);
    }

    /// <summary>The descriptor, for epoll (<see cref="EpollInterest.Readable"/>).</summary>
    public int Fd { get; }

    /// <summary>Sets the alarm to a time on <see cref="MonotonicClock"/>, instead of the one it had. A time that has
    /// passed sounds at once.</summary>
    /// <param name="nanoseconds">The time, in nanoseconds.</param>
    public void Arm(long nanoseconds)
    {
        // Zero would disarm it.
        var at = Math.Max(nanoseconds, 1);
        Set(new Libc.TimeSpec { Seconds = at / Second, Nanoseconds = at % Second });
    }

    /// <summary>Takes the alarm back, also one that sounded and was not acknowledged.</summary>
    public void Disarm() => Set(default);

    /// <summary>Silences the alarm.</summary>
    /// <returns>True if it had sounded.</returns>
    public bool Acknowledge()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        ulong expirations;
        var result = Libc.Read(Fd, &expirations, sizeof(ulong));
        if (result == -Errno.EAGAIN) return false;
        LinuxException.Check("acknowledge timerfd", result);
        return expirations > 0;
    }

    /// <summary>Closes it.</summary>
    public void Dispose() => _handle.Dispose();

    private void Set(Libc.TimeSpec time)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        var value = new Libc.TimerSpec { Value = time };
        LinuxException.Check("set timerfd", Libc.TimerFdSet(Fd, TFD_TIMER_ABSTIME, &value));
    }
}
