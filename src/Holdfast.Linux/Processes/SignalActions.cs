namespace Holdfast.Linux.Processes;

/// <summary>What this process does on a signal.</summary>
public static class SignalActions
{
    /// <summary>Gives a signal its default action, whatever the process that started this one made of it (signal(2)).</summary>
    /// <exception cref="LinuxException">EINVAL: no such signal, or one that has no other action.</exception>
    public static void SetDefault(int signal) => Libc.ResetSignal(signal);
}
