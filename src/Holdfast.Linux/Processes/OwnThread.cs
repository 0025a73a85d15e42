namespace Holdfast.Linux.Processes;

/// <summary>The calling thread, as the kernel's scheduler sees it.</summary>
public static class OwnThread
{
    private const int LowestPriority = 19;

    /// <summary>Lets everybody else go first, for the rest of this thread's life, and of the threads that it starts.</summary>
    public static void Yield() => LinuxException.Check("setpriority", Libc.SetPriority(0, LowestPriority));
}
