using Holdfast.Linux.Processes;

namespace Holdfast.Labs;

/// <summary>Ends processes by number. <see cref="System.Diagnostics.Process"/> does not do: it takes a process for an ended child of
/// ours that had the same number, and leaves it alone.</summary>
public static class Sigkill
{
    /// <summary>Sends it.</summary>
    /// <param name="pid">A process, as this process sees it.</param>
    /// <returns>False if it has ended.</returns>
    public static bool TrySend(int pid)
    {
        using var process = ProcessHandle.Open(pid);
        return process is not null && process.Signal(ProcessHandle.Kill);
    }
}
