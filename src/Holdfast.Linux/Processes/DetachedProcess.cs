using System.Collections;
using System.Runtime.InteropServices;

namespace Holdfast.Linux.Processes;

/// <summary>Starts processes in a session of their own: no terminal, no descriptor of ours but the one that is named, no
/// signal blocked or ignored. They live on when we end. In the calling thread's namespaces.</summary>
public static unsafe class DetachedProcess
{
    /// <summary>The number that <see cref="DetachedOptions.InheritedFd"/> has in the new process.</summary>
    public const int InheritedNumber = 3;

    private const short POSIX_SPAWN_SETSIGDEF = 0x04;
    private const short POSIX_SPAWN_SETSIGMASK = 0x08;
    private const short POSIX_SPAWN_SETSID = 0x80;

    /// <summary>Starts a process.</summary>
    /// <returns>Its process id. Whoever stays alive must wait for it (<see cref="ProcessHandle"/>).</returns>
    /// <exception cref="LinuxException">ENOENT: no such program, or no directory for the log; EACCES: it can't be executed,
    /// or the log not written; ENOMEM.</exception>
    public static int Start(DetachedOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var attributes = stackalloc byte[Libc.SpawnAttributesSize];
        var actions = stackalloc byte[Libc.SpawnActionsSize];
        var arguments = Strings(options.Arguments);
        var environment = Strings(EnvironmentOf(options));
        Check(options, Libc.posix_spawnattr_init(attributes));
        Check(options, Libc.posix_spawn_file_actions_init(actions));
        try
        {
            DescribeSignals(options, attributes);
            DescribeFiles(options, actions);
            int pid;
            Check(options, Libc.posix_spawn(&pid, options.Path, actions, attributes, arguments, environment));
            return pid;
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
            Free(arguments);
            Free(environment);
        }
    }

    // The runtime ignores SIGPIPE, which a child would keep on doing.
    private static void DescribeSignals(DetachedOptions options, byte* attributes)
    {
        var set = stackalloc byte[Libc.SignalSetSize];
        Libc.FillSignalSet(set);
        Check(options, Libc.posix_spawnattr_setsigdefault(attributes, set));
        Libc.EmptySignalSet(set);
        Check(options, Libc.posix_spawnattr_setsigmask(attributes, set));
        const short Flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID;
        Check(options, Libc.posix_spawnattr_setflags(attributes, Flags));
    }

    // In this order: number 3 is taken before anything is closed, and everything from 4 up goes.
    private static void DescribeFiles(DetachedOptions options, byte* actions)
    {
        if (options.InheritedFd >= 0)
            Check(options, Libc.posix_spawn_file_actions_adddup2(actions, options.InheritedFd, InheritedNumber));
        var first = options.InheritedFd >= 0 ? InheritedNumber + 1 : InheritedNumber;
        Check(options, Libc.posix_spawn_file_actions_addclosefrom_np(actions, first));
        const int Append = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND;
        const uint Private = 0x180; // 0600
        var log = options.LogPath ?? "/dev/null";
        Check(options, Libc.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", Libc.O_RDONLY, 0));
        Check(options, Libc.posix_spawn_file_actions_addopen(actions, 1, log, Append, Private));
        Check(options, Libc.posix_spawn_file_actions_adddup2(actions, 1, 2));
    }

    private static IEnumerable<string> EnvironmentOf(DetachedOptions options) =>
        options.Environment is { } given
            ? given.Select(pair => $"{pair.Key}={pair.Value}")
            : Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(pair => $"{pair.Key}={pair.Value}");

    // An array of C strings, ended by a null pointer.
    private static byte** Strings(IEnumerable<string> texts)
    {
        var list = texts.ToList();
        var array = (byte**)NativeMemory.Alloc((nuint)list.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < list.Count; i++) array[i] = (byte*)Marshal.StringToCoTaskMemUTF8(list[i]);
        array[list.Count] = null;
        return array;
    }

    private static void Free(byte** strings)
    {
        for (var each = strings; *each is not null; each++) Marshal.FreeCoTaskMem((nint)(*each));
        NativeMemory.Free(strings);
    }

    private static void Check(DetachedOptions options, int error)
    {
        if (error != 0) throw new LinuxException($"start {options.Path}", error);
    }
}
