using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Files;

/// <summary>Opens files that are nothing but files: a FIFO would block whoever opens it, and a device may do anything.</summary>
public static unsafe class RegularFile
{
    // linux/stat.h (S_IFMT, S_IFREG), linux/fcntl.h
    private const int FormatBits = 0xf000;
    private const int RegularFormat = 0x8000;
    private const int PermissionBits = 0xfff;
    private const int AT_FDCWD = -100;
    private const int AT_EMPTY_PATH = 0x1000;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">Its path; links are followed.</param>
    /// <param name="mode">Its permissions.</param>
    /// <param name="owner">The user id of its owner.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It is not a file, or (as a <see cref="LinuxException"/>) may not be read.</exception>
    public static SafeFileHandle Open(string path, out UnixFileMode mode, out uint owner)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Require(path, Look(AT_FDCWD, path, 0)); // what is no file is not even opened
        var fd = Check(path, Libc.Open(path, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC));
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            var state = Look(fd, "", AT_EMPTY_PATH);
            Require(path, state);
            mode = (UnixFileMode)(state.Mode & PermissionBits);
            owner = state.UserId;
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static Libc.FileState Look(int directory, string path, int flags)
    {
        Libc.FileState state;
        Check(path, Libc.FileStatus(directory, path, flags, &state));
        return state;
    }

    private static int Check(string path, int result)
    {
        if (result is -Errno.ENOENT or -Errno.ENOTDIR) throw new FileNotFoundException("there is no such file", path);
        return LinuxException.Check($"open {path}", result);
    }

    private static void Require(string path, in Libc.FileState state)
    {
        var what = (state.Mode & FormatBits) switch
        {
            RegularFormat => null,
            0x4000 => "a directory",
            0x1000 => "a FIFO",
            0x2000 or 0x6000 => "a device",
            0xc000 => "a socket",
            _ => "something else",
        };
        if (what is not null) throw new IOException($"it is {what}, not a file");
    }
}
