namespace Holdfast.Engine.Logging;

/// <summary>Whether this process's standard error goes to systemd's journal.</summary>
public static class JournalStream
{
    /// <summary>
    /// True if it does: JOURNAL_STREAM names the very socket that descriptor 2 is. Programs that a service started
    /// inherit the variable, but may have been given another standard error.
    /// </summary>
    public static bool IsStandardError { get; } =
        Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 } stream
        && IsDescriptor(stream, "/proc/self/fd/2");

    /// <summary>Compares DEVICE:INODE with what the kernel calls a descriptor. All sockets are of one device.</summary>
    internal static bool IsDescriptor(string stream, string descriptor)
    {
        try
        {
            return stream.Split(':') is [_, { Length: > 0 } inode]
                && new FileInfo(descriptor).LinkTarget == $"socket:[{inode}]";
        }
        catch (IOException)
        {
            return false; // no /proc, no journal's fields
        }
    }
}
