using System.Runtime.InteropServices;

namespace Holdfast.Linux;

/// <summary>The C library's functions that Holdfast calls. Every wrapper keeps the kernel's convention: the result, or
/// the negative error number. Calls that a signal interrupted are made again here and nowhere else.</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    internal const int O_RDONLY = 0;
    internal const int O_WRONLY = 1;
    internal const int O_RDWR = 2;
    internal const int O_CREAT = 0x40;
    internal const int O_APPEND = 0x400;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;

    private const uint BasicStatus = 0x7ff; // STATX_BASIC_STATS, linux/stat.h

    // errno is read right behind the call instead of by SetLastError: the runtime keeps it across the way back from
    // native code, and a successful call (every packet) pays nothing.
    private static bool Interrupted(ref nint result)
    {
        if (result >= 0) return false;
        result = -Marshal.GetLastSystemError();
        return result == -Errno.EINTR;
    }

    private static nint Result(nint result)
    {
        Interrupted(ref result);
        return result;
    }

    internal static int Open(string path, int flags, int mode = 0)
    {
        nint result;
        do result = open(path, flags, mode); while (Interrupted(ref result));
        return (int)result;
    }

    internal static int Read(int fd, void* fill, int size)
    {
        nint result;
        do result = read(fd, fill, (nuint)size); while (Interrupted(ref result));
        return (int)result;
    }

    internal static int Write(int fd, void* borrowed, int size)
    {
        nint result;
        do result = write(fd, borrowed, (nuint)size); while (Interrupted(ref result));
        return (int)result;
    }

    internal static int FSync(int fd)
    {
        nint result;
        do result = fsync(fd); while (Interrupted(ref result));
        return (int)result;
    }

    internal static int Ioctl(int fd, uint request, void* argument)
    {
        nint result;
        do result = ioctl(fd, request, (nint)argument); while (Interrupted(ref result));
        return (int)result;
    }

    internal static int Ioctl(int fd, uint request, nint argument)
    {
        nint result;
        do result = ioctl(fd, request, argument); while (Interrupted(ref result));
        return (int)result;
    }

    internal static int FileStatus(int directory, string path, int flags, FileState* fill) =>
        (int)Result(statx(directory, path, flags, BasicStatus, fill));

    /// <summary>Fills 16 bytes; null if there is none.</summary>
    internal static byte* IndexToName(uint index, byte* fill) => if_indextoname(index, fill);

    internal static int SetNamespace(int fd, int type) => (int)Result(setns(fd, type));

    internal static int Unshare(int flags) => (int)Result(unshare(flags));

    internal static uint EffectiveUserId() => geteuid();

    internal static int GetCapabilities(uint* header, uint* sets) => (int)Result(capget(header, sets));

    internal static int EpollCreate(int flags) => (int)Result(epoll_create1(flags));

    internal static int EpollControl(int fd, int operation, int target, void* entry) =>
        (int)Result(epoll_ctl(fd, operation, target, entry));

    /// <summary>Not repeated after a signal, because the time that is left has changed: returns -EINTR then.</summary>
    internal static int EpollWait(int fd, void* fill, int capacity, int milliseconds) =>
        (int)Result(epoll_wait(fd, fill, capacity, milliseconds));

    internal static int EventFd(uint initial, int flags) => (int)Result(eventfd(initial, flags));

    internal static int TimerFdCreate(int clock, int flags) => (int)Result(timerfd_create(clock, flags));

    internal static int TimerFdSet(int fd, int flags, TimerSpec* value) =>
        (int)Result(timerfd_settime(fd, flags, value, null));

    internal static int ClockGetTime(int clock, TimeSpec* fill) => (int)Result(clock_gettime(clock, fill));

    [LibraryImport(Library)]
    private static partial byte* if_indextoname(uint index, byte* fill);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, FileState* fill);

    [LibraryImport(Library)]
    private static partial nint read(int fd, void* fill, nuint size);

    [LibraryImport(Library)]
    private static partial nint write(int fd, void* borrowed, nuint size);

    [LibraryImport(Library)]
    private static partial int fsync(int fd);

    // Variadic in C; on x86-64 and arm64 Linux a call with one integer argument is passed alike.
    [LibraryImport(Library)]
    private static partial int ioctl(int fd, nuint request, nint argument);

    [LibraryImport(Library)]
    private static partial int setns(int fd, int type);

    [LibraryImport(Library)]
    private static partial int unshare(int flags);

    [LibraryImport(Library)]
    private static partial uint geteuid();

    [LibraryImport(Library)]
    private static partial int capget(uint* header, uint* sets);

    [LibraryImport(Library)]
    private static partial int epoll_create1(int flags);

    [LibraryImport(Library)]
    private static partial int epoll_ctl(int fd, int operation, int target, void* entry);

    [LibraryImport(Library)]
    private static partial int epoll_wait(int fd, void* fill, int capacity, int milliseconds);

    [LibraryImport(Library)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library)]
    private static partial int timerfd_create(int clock, int flags);

    [LibraryImport(Library)]
    private static partial int timerfd_settime(int fd, int flags, TimerSpec* value, TimerSpec* old);

    // Answered by the vDSO without entering the kernel, so the thread need not be marked as outside managed code.
    [LibraryImport(Library), SuppressGCTransition]
    private static partial int clock_gettime(int clock, TimeSpec* fill);
}
