using System.Net.Sockets;
using System.Text;

namespace Holdfast.Linux.Services;

/// <summary>The way to a service manager: datagrams of NAME=VALUE lines to the socket that it named in NOTIFY_SOCKET
/// (sd_notify(3)).</summary>
public sealed class NotifySocket : IDisposable
{
    /// <summary>The variable that names the socket.</summary>
    public const string Variable = "NOTIFY_SOCKET";

    // A manager that takes nothing for so long has troubles of its own.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
    {
        SendTimeout = (int)Patience.TotalMilliseconds,
    };
    private readonly UnixDomainSocketEndPoint _manager;

    private NotifySocket(UnixDomainSocketEndPoint manager) => _manager = manager;

    /// <summary>Opens the way; null if the text names no socket of this kind.</summary>
    /// <param name="address">An absolute path, or the name of an abstract socket after an @.</param>
    public static NotifySocket? TryOpen(string? address)
    {
        if (address is not ['/' or '@', _, ..]) return null;
        try
        {
            return new NotifySocket(new UnixDomainSocketEndPoint(address[0] == '@' ? $"\0{address[1..]}" : address));
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // longer than any socket's name
        }
    }

    /// <summary>Sends one message of one or more lines; waits a bounded time while the manager's queue is
    /// full.</summary>
    /// <returns>False if it did not arrive.</returns>
    public bool Send(string message)
    {
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(message), _manager);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Closes the way.</summary>
    public void Dispose() => _socket.Dispose();
}
