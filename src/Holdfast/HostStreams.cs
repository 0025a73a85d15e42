using System.Text;
using Holdfast.Engine.Logging;
using Microsoft.Win32.SafeHandles;

namespace Holdfast;

/// <summary>The streams of this process.</summary>
internal static class HostStreams
{
    private const UnixFileMode Others =
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Standard output, standard error and standard input.</summary>
    public static Streams Open() => new(
        new StreamWriter(OpenOutput(), Utf8),
        new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true },
        new StreamReader(Console.OpenStandardInput(), Utf8))
    {
        OutIsOpenToOthers = OutIsOpenToOthers,
        Prefix = JournalStream.IsStandardError ? "<3>" : "",
    };

    // The console's stream hides a broken pipe, and a verb that keeps writing would never end. A file stream tells;
    // but it keeps the offset of a file to itself, and the next writer of the same file would start at the old one.
    private static Stream OpenOutput()
    {
        using var handle = new SafeFileHandle(1, ownsHandle: false);
        if (handle.IsInvalid || !Console.IsOutputRedirected) return Console.OpenStandardOutput();
        try
        {
            var file = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return file.CanSeek ? Console.OpenStandardOutput() : file;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Closed, or open for reading only: the console's stream says so with the first write, if there is one.
            return Console.OpenStandardOutput();
        }
    }

    private static bool OutIsOpenToOthers()
    {
        // The permissions below are Unix's.
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected) return false;
        try
        {
            using var handle = new SafeFileHandle(1, ownsHandle: false);
            string target = File.ResolveLinkTarget("/proc/self/fd/1", returnFinalTarget: false)?.FullName ?? "";
            bool isFile = target.StartsWith('/') && !target.StartsWith("/dev/", StringComparison.Ordinal)
                && File.Exists(target);
            return isFile && (File.GetUnixFileMode(handle) & Others) != 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Only a warning hangs on this.
            return false;
        }
    }
}
