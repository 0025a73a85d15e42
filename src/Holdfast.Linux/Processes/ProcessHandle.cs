using System.Diagnostics;
using Holdfast.Linux.Events;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Processes;

/// <summary>One process, and never another that got its number later (pidfd_open(2)).</summary>
public sealed unsafe class ProcessHandle : IDisposable
{
    /// <summary>Ask to end.</summary>
    public const int Terminate = 15;

    /// <summary>End at once.</summary>
    public const int Kill = 9;

    /// <summary>Ask to read the configuration again.</summary>
    public const int HangUp = 1;

    // siginfo_t of SIGCHLD: signal, errno, code, padding, pid, uid, status.
    private const int CodeOffset = 8;
    private const int PidOffset = 16;
    private const int StatusOffset = 24;
    private const int CLD_EXITED = 1;
    private const int SignalledBase = 128;

    private readonly SafeFileHandle _handle;

    private ProcessHandle(int fd, int id)
    {
        _handle = new SafeFileHandle(fd, ownsHandle: true);
        Fd = fd;
        Id = id;
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>The descriptor, for epoll: readable once the process has ended.</summary>
    public int Fd { get; }

    /// <summary>True once the process has ended, also while nobody has reaped it.</summary>
    public bool HasExited => Wait(TimeSpan.Zero);

    /// <summary>Opens a process; null if there is none of that id.</summary>
    /// <exception cref="LinuxException">EINVAL: not a process id; EMFILE.</exception>
    public static ProcessHandle? Open(int pid)
    {
        var fd = Libc.PidFdOpen(pid);
        if (fd == -Errno.ESRCH) return null;
        return new ProcessHandle(LinuxException.Check($"open process {pid}", fd), pid);
    }

    /// <summary>Sends a signal.</summary>
    /// <returns>False if the process has ended.</returns>
    /// <exception cref="LinuxException">EPERM: it is somebody else's; EINVAL: no such signal.</exception>
    public bool Signal(int signal)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        var result = Libc.PidFdSendSignal(Fd, signal);
        if (result == -Errno.ESRCH) return false;
        LinuxException.Check($"send signal {signal} to process {Id}", result);
        return true;
    }

    /// <summary>Waits until the process has ended.</summary>
    /// <returns>False after the timeout.</returns>
    public bool Wait(TimeSpan timeout)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        using var epoll = new Epoll();
        epoll.Add(Fd, EpollInterest.Readable, 0);
        Span<EpollEvent> events = stackalloc EpollEvent[1];
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var left = timeout < TimeSpan.Zero ? timeout : timeout - Stopwatch.GetElapsedTime(start);
            if (timeout >= TimeSpan.Zero && left < TimeSpan.Zero) left = TimeSpan.Zero;
            if (epoll.Wait(events, left) > 0) return true;
            if (timeout >= TimeSpan.Zero && Stopwatch.GetElapsedTime(start) >= timeout) return false;
        }
    }

    /// <summary>Takes an ended child's exit code, so that nothing of it remains.</summary>
    /// <returns>The code, or 128 plus the signal that ended it; null while it runs, or if it is not our child.</returns>
    public int? Reap()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        var info = stackalloc byte[Libc.SIGINFO_SIZE];
        new Span<byte>(info, Libc.SIGINFO_SIZE).Clear();
        var result = Libc.WaitId(Libc.P_PIDFD, Fd, info, Libc.WEXITED | Libc.WNOHANG);
        if (result < 0 || *(int*)(info + PidOffset) == 0) return null;
        var status = *(int*)(info + StatusOffset);
        return *(int*)(info + CodeOffset) == CLD_EXITED ? status : SignalledBase + status;
    }

    /// <summary>Lets the process go; it runs on.</summary>
    public void Dispose() => _handle.Dispose();
}
