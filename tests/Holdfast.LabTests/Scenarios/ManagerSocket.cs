using System.Net.Sockets;
using System.Text;

namespace Holdfast.LabTests.Scenarios;

/// <summary>What systemd is to a service: the socket that NOTIFY_SOCKET names, in a host, and all that was said
/// there.</summary>
internal sealed class ManagerSocket : IDisposable
{
    private const string Path = "/run/notify";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> _said = [];

    public ManagerSocket(Host host) => _socket.Bind(new UnixDomainSocketEndPoint(host.PathOf(Path)));

    /// <summary>Every line so far.</summary>
    public IReadOnlyList<string> Said
    {
        get
        {
            var datagram = new byte[4096];
            while (_socket.Available > 0)
                _said.AddRange(Encoding.UTF8.GetString(datagram, 0, _socket.Receive(datagram)).Split('\n'));
            return _said;
        }
    }

    /// <summary>How often a line was said so far.</summary>
    public int Count(string line) => Said.Count(l => l == line);

    /// <summary>Options for a program that this manager runs.</summary>
    public static RunOptions Options(TimeSpan? watchdog = null) => RunOptions.Usual with
    {
        Environment = new Dictionary<string, string?>
        {
            ["NOTIFY_SOCKET"] = Path,
            ["WATCHDOG_USEC"] = watchdog is { } time ? $"{(long)time.TotalMicroseconds}" : null,
        },
    };

    /// <summary>Waits until a line was said more than so many times.</summary>
    public Task Hears(string line, int more = 0) => Eventually.Until(() => Count(line) > more, Patience,
        $"the service manager to hear {line}", () => string.Join('\n', Said));

    public void Dispose() => _socket.Dispose();
}
