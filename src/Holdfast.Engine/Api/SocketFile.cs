using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Holdfast.Linux;

namespace Holdfast.Engine.Api;

/// <summary>A listening socket under a name in the file system, that its owner alone may connect to.</summary>
internal static class SocketFile
{
    // sockaddr_un has room for 108 bytes, with the zero at the end.
    private const int LongestPath = 107;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode DirectoryMode = OwnerOnly | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>
    /// Listens at a path, whose directory is made if it is missing. What a dead process left there is replaced.
    /// </summary>
    /// <exception cref="LinuxException">EADDRINUSE: somebody answers there. EACCES, ENAMETOOLONG and
    /// others.</exception>
    internal static Socket Listen(string path)
    {
        // The name appears by renaming, once the socket listens and has its mode. So there is no moment at which a
        // stranger may connect, whatever the umask is, nor one at which the wg tool finds it dead and deletes it.
        var hidden = $"{path}.{Environment.ProcessId}";
        if (Encoding.UTF8.GetByteCount(hidden) > LongestPath)
            throw new LinuxException($"listen on {path}", Errno.ENAMETOOLONG);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, DirectoryMode);
            if (IsAnswered(path)) throw InUse(path);
            Sweep(path);
            socket.Bind(new UnixDomainSocketEndPoint(hidden));
            File.SetUnixFileMode(hidden, OwnerOnly);
            socket.Listen(EngineLimits.ControlBacklog);
            File.Move(hidden, path, overwrite: true);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new LinuxException($"listen on {path}", e.NativeErrorCode);
        }
        catch (UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new LinuxException($"listen on {path}", Errno.EACCES);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes away what processes left that died before they gave their socket its name, one that had our id, too. That two live ones
    /// don't come here for one name is the device's matter, which only one can hold: not every process is seen in /proc.
    /// </summary>
    internal static void Sweep(string path)
    {
        var start = $"{path}.";
        try
        {
            foreach (var hidden in Directory.EnumerateFiles(Path.GetDirectoryName(path)!))
            {
                if (!hidden.StartsWith(start, StringComparison.Ordinal)
                    || !int.TryParse(hidden.AsSpan(start.Length), CultureInfo.InvariantCulture, out var process)) continue;
                if (process == Environment.ProcessId || !Directory.Exists($"/proc/{process}")) File.Delete(hidden);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is no such directory, or it lets nothing be taken away: a file too many.
        }
    }

    /// <summary>Whether a process listens there.</summary>
    internal static bool IsAnswered(string path)
    {
        if (!File.Exists(path)) return false;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        probe.Blocking = false;
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode != SocketError.ConnectionRefused; // a full backlog is somebody's too
        }
    }

    private static LinuxException InUse(string path) =>
        new($"listen on {path}", Errno.EADDRINUSE, "another process answers there");
}
