using System.Net.Sockets;
using System.Text;

namespace Holdfast.Tests.Service;

/// <summary>What a service manager or the journal is to a process: a datagram socket, by a path or an abstract
/// name.</summary>
internal sealed class DatagramListener : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
    {
        ReceiveTimeout = (int)Deadline.TotalMilliseconds,
    };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("holdfast-datagrams-");
    private readonly byte[] _buffer = new byte[256 << 10];

    /// <summary>Listens.</summary>
    /// <param name="isAbstract">Without a file.</param>
    internal DatagramListener(bool isAbstract = false)
    {
        Path = System.IO.Path.Combine(_directory.FullName, "socket");
        var name = isAbstract ? $"holdfast-tests-{Guid.NewGuid():N}" : Path;
        _socket.Bind(new UnixDomainSocketEndPoint(isAbstract ? $"\0{name}" : name));
        Address = isAbstract ? $"@{name}" : name;
    }

    internal string Path { get; }

    /// <summary>As NOTIFY_SOCKET names it.</summary>
    internal string Address { get; }

    /// <summary>Whether something waits to be read.</summary>
    internal bool HasMore => _socket.Available > 0;

    /// <summary>The next datagram; there has to be one within the deadline.</summary>
    internal byte[] Next() => _buffer[.._socket.Receive(_buffer)];

    internal string NextText() => Encoding.UTF8.GetString(Next());

    public void Dispose()
    {
        _socket.Dispose();
        _directory.Delete(recursive: true);
    }
}
