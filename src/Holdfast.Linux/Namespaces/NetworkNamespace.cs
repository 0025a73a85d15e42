using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Namespaces;

/// <summary>Network namespaces: a thread is in one of them, and so are the sockets and devices it opens, which stay
/// there whatever the thread does later. See network_namespaces(7).</summary>
public static class NetworkNamespace
{
    /// <summary>Where iproute2 keeps namespaces by name.</summary>
    public const string NamesDirectory = "/run/netns";

    private const int CLONE_NEWNET = 0x40000000;

    /// <summary>Opens the namespace that a file stands for, such as /proc/PID/ns/net.</summary>
    /// <exception cref="LinuxException">The file can't be opened.</exception>
    public static SafeFileHandle OpenPath(string path)
    {
        var fd = Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        return new SafeFileHandle(LinuxException.Check($"open network namespace {path}", fd), ownsHandle: true);
    }

    /// <summary>Opens the namespace that a process is in.</summary>
    /// <exception cref="LinuxException">ENOENT: no such process.</exception>
    public static SafeFileHandle OpenProcess(int pid) => OpenPath($"/proc/{pid}/ns/net");

    /// <summary>Opens a namespace by the name that `ip netns` gave it.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a slash.</exception>
    /// <exception cref="LinuxException">ENOENT: no such name.</exception>
    public static SafeFileHandle OpenName(string name)
    {
        if (name is "" or "." or ".." || name.Contains('/'))
            throw new ArgumentException($"not a name of a network namespace: '{name}'", nameof(name));
        return OpenPath($"{NamesDirectory}/{name}");
    }

    /// <summary>Opens the namespace that the calling thread is in.</summary>
    public static SafeFileHandle OpenCurrent() => OpenPath("/proc/thread-self/ns/net");

    /// <summary>Makes a namespace, in which nobody is and only the loopback device stands (down). It lives as long as
    /// its handle, or anything that entered it.</summary>
    /// <exception cref="LinuxException">EPERM: needs CAP_SYS_ADMIN.</exception>
    public static SafeFileHandle Create() => OnThreadOfItsOwn(() =>
    {
        Unshare();
        return OpenCurrent();
    });

    /// <summary>Moves the calling thread into a namespace. Only for threads that die afterwards, never for pool
    /// threads.</summary>
    /// <exception cref="LinuxException">EPERM: needs CAP_SYS_ADMIN; EINVAL: not a network namespace.</exception>
    public static void Enter(SafeFileHandle space)
    {
        ArgumentNullException.ThrowIfNull(space);
        using var held = new HeldDescriptor(space);
        LinuxException.Check("enter network namespace", Libc.SetNamespace(held.Fd, CLONE_NEWNET));
    }

    /// <summary>Moves the calling thread into a namespace made for it. Only for threads that die afterwards.</summary>
    /// <exception cref="LinuxException">EPERM: needs CAP_SYS_ADMIN.</exception>
    public static void Unshare() => LinuxException.Check("make a network namespace", Libc.Unshare(CLONE_NEWNET));

    /// <summary>Runs a function inside a namespace, on a thread that dies afterwards, and waits for it. What it throws
    /// is thrown here.</summary>
    /// <exception cref="LinuxException">The namespace can't be entered.</exception>
    public static T RunIn<T>(SafeFileHandle space, Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return OnThreadOfItsOwn(() =>
        {
            Enter(space);
            return function();
        });
    }

    /// <summary>Runs an action inside a namespace, as <see cref="RunIn{T}"/> does.</summary>
    /// <exception cref="LinuxException">The namespace can't be entered.</exception>
    public static void RunIn(SafeFileHandle space, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        RunIn(space, () =>
        {
            action();
            return 0;
        });
    }

    private static T OnThreadOfItsOwn<T>(Func<T> function)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = function();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = "namespace" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
