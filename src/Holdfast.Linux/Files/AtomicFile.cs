using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Files;

/// <summary>Files that are replaced whole: at any instant, also across kill -9 and a power cut, either the old content
/// or the new one is there.</summary>
public static class AtomicFile
{
    /// <summary>Replaces a file. One writer at a time.</summary>
    /// <param name="path">The file; a directory above it must exist.</param>
    /// <param name="content">Borrowed for the call.</param>
    /// <param name="mode">The new file's permissions, whatever the umask and whatever the old file's were.</param>
    /// <exception cref="IOException">It can't be written. The old file is untouched, and nothing is left
    /// behind.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission; likewise.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var full = Path.GetFullPath(path);
        var directory = Path.GetDirectoryName(full)
            ?? throw new ArgumentException($"'{path}' is not a file", nameof(path));
        var temporary = TemporaryOf(full);
        try
        {
            File.Delete(temporary); // of a write that was killed
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                BufferSize = 0,
            };
            using (var file = new FileStream(temporary, options))
            {
                file.Write(content);
                File.SetUnixFileMode(file.SafeFileHandle, mode);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        Sync(directory);
    }

    /// <summary>Replaces a file with text in UTF-8, as <see cref="Write(string, ReadOnlySpan{byte}, UnixFileMode)"/>
    /// does.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public static void Write(string path, string text, UnixFileMode mode) =>
        Write(path, Encoding.UTF8.GetBytes(text), mode);

    /// <summary>Takes away what a write that was killed left beside the file.</summary>
    /// <exception cref="IOException">It can't be taken away.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public static void RemoveLeftover(string path)
    {
        var temporary = TemporaryOf(Path.GetFullPath(path));
        if (File.Exists(temporary)) File.Delete(temporary);
    }

    // In the same directory, because a rename must not cross file systems. The name is always the same, so that what
    // a kill left is found again: it may hold keys.
    private static string TemporaryOf(string full) =>
        Path.Combine(Path.GetDirectoryName(full) ?? "/", $".{Path.GetFileName(full)}.new");

    // Without it the new name may be gone after a power cut. The framework can't open directories.
    private static void Sync(string directory)
    {
        var operation = $"flush directory {directory}";
        var fd = LinuxException.Check(operation, Libc.Open(directory, Libc.O_RDONLY | Libc.O_CLOEXEC));
        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        var result = Libc.FSync(fd);
        // Some file systems have no such thing (EINVAL); their renames are as durable as they get.
        if (result != -Errno.EINVAL) LinuxException.Check(operation, result);
    }
}
