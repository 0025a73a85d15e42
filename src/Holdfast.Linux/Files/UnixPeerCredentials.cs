using System.Net.Sockets;

namespace Holdfast.Linux.Files;

/// <summary>Who stands at the other end of a Unix socket, as the kernel saw it when the connection was made (SO_PEERCRED,
/// unix(7)).</summary>
/// <param name="ProcessId">The process; it may have ended since. 0 if it is in a process namespace that isn't seen here.</param>
/// <param name="UserId">Its effective user id.</param>
/// <param name="GroupId">Its effective group id.</param>
public readonly record struct UnixPeerCredentials(int ProcessId, uint UserId, uint GroupId)
{
    private const int SO_PEERCRED = 17;

    /// <summary>Asks for a connected socket's other end.</summary>
    /// <exception cref="ArgumentException">Not a Unix socket.</exception>
    /// <exception cref="LinuxException">ENOTCONN: not connected.</exception>
    public static unsafe UnixPeerCredentials Of(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (socket.AddressFamily != AddressFamily.Unix)
            throw new ArgumentException("only Unix sockets know who is there", nameof(socket));
        using var held = new HeldDescriptor(socket.SafeHandle);
        Libc.Credentials found;
        var size = sizeof(Libc.Credentials);
        var result = Libc.GetOption(held.Fd, Libc.SOL_SOCKET, SO_PEERCRED, &found, size);
        LinuxException.Check("ask who is at the other end", result);
        // A socket without another end answers, with an impossible user.
        if (found.UserId == uint.MaxValue) throw new LinuxException("ask who is at the other end", Errno.ENOTCONN);
        return new UnixPeerCredentials(found.ProcessId, found.UserId, found.GroupId);
    }
}
