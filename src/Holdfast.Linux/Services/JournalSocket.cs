using System.Net.Sockets;

namespace Holdfast.Linux.Services;

/// <summary>The way to systemd's journal. Never waits: a journal that does not keep up is told nothing.</summary>
public sealed class JournalSocket : IDisposable
{
    /// <summary>Where the journal listens.</summary>
    public const string DefaultPath = "/run/systemd/journal/socket";

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
    {
        Blocking = false,
    };
    private readonly UnixDomainSocketEndPoint _journal;

    /// <summary>Opens the way; whether somebody listens shows with the first entry.</summary>
    public JournalSocket(string path = DefaultPath) => _journal = new UnixDomainSocketEndPoint(path);

    /// <summary>Sends an entry.</summary>
    /// <returns>False if the journal is not there, or does not keep up.</returns>
    public bool TrySend(JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        try
        {
            _socket.SendTo(entry.Bytes, SocketFlags.None, _journal);
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
