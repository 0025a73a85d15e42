using System.Runtime.InteropServices;

namespace Holdfast.Linux;

internal static unsafe partial class Libc
{
    internal const int SIGINFO_SIZE = 128;
    internal const int P_PIDFD = 3;
    internal const int WNOHANG = 1;
    internal const int WEXITED = 4;
    private const nint SIG_DFL = 0;
    private const nint SIG_ERR = -1;

    // bits/types/__sigset_t.h, spawn.h: glibc's structures are 128, 336 and 80 bytes; room to spare for others.
    internal const int SignalSetSize = 128;
    internal const int SpawnAttributesSize = 512;
    internal const int SpawnActionsSize = 256;

    // The same numbers on every architecture that Linux gained since 2019 and on x86-64.
    private const int SYS_pidfd_send_signal = 424;
    private const int SYS_pidfd_open = 434;

    internal static int PidFdOpen(int pid) => (int)Result(syscall(SYS_pidfd_open, pid, 0, 0, 0));

    internal static int PidFdSendSignal(int fd, int signal) =>
        (int)Result(syscall(SYS_pidfd_send_signal, fd, signal, 0, 0));

    internal static int WaitId(int type, int id, void* fill, int options) =>
        (int)Result(waitid(type, (uint)id, fill, options));

    /// <summary>Gives a signal its default action.</summary>
    internal static void ResetSignal(int number)
    {
        if (signal(number, SIG_DFL) == SIG_ERR) throw LinuxException.Last("signal");
    }

    internal static int FillSignalSet(void* set) => (int)Result(sigfillset(set));

    internal static int EmptySignalSet(void* set) => (int)Result(sigemptyset(set));

    // The spawn functions return a positive error number and leave errno alone.
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn(
        int* pid, string path, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setsigdefault(void* attributes, void* set);

    [LibraryImport(Library)]
    internal static partial int posix_spawnattr_setsigmask(void* attributes, void* set);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn_file_actions_addopen(
        void* actions, int fd, string path, int flags, uint mode);

    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_adddup2(void* actions, int fd, int target);

    // glibc 2.34.
    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_addclosefrom_np(void* actions, int from);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint signal(int number, nint handler);

    [LibraryImport(Library)]
    private static partial int sigfillset(void* set);

    [LibraryImport(Library)]
    private static partial int sigemptyset(void* set);

    [LibraryImport(Library)]
    private static partial int waitid(int type, uint id, void* fill, int options);

    // Variadic in C, as ioctl.
    [LibraryImport(Library)]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);
}
