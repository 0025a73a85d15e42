namespace Holdfast.Labs;

/// <summary>A TCP session between two hosts that must live on, whatever the test does to the way between
/// them.</summary>
public sealed class EchoSession : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10);

    private readonly HostProcess _server, _client;

    private EchoSession(HostProcess server, HostProcess client)
    {
        _server = server;
        _client = client;
    }

    /// <summary>How it goes, not older than a tenth of a second.</summary>
    public EchoProgress Progress => _client.Output.Last is { } line
        ? Agent.Parse<EchoProgress>(line) : new EchoProgress(0, 0, null);

    /// <summary>Opens a session; the first line has come back when this returns.</summary>
    /// <param name="client">The host that connects.</param>
    /// <param name="server">The host that listens.</param>
    /// <param name="address">The server's address.</param>
    /// <param name="port">The server's port.</param>
    /// <exception cref="LabException">It could not be opened.</exception>
    public static async Task<EchoSession> Open(Host client, Host server, string address, int port = 7001)
    {
        var listener = Agent.Start(server, "tcp-echo-server", Agent.Number(port));
        await listener.WaitForLine("\"ready\"", StartDeadline);
        var session = new EchoSession(listener, Agent.Start(client, "tcp-echo-client", address, Agent.Number(port)));
        await session.Advances(StartDeadline);
        return session;
    }

    /// <summary>Waits until lines come back that were not back before.</summary>
    /// <param name="within">The deadline.</param>
    /// <exception cref="LabException">None came, or the session broke.</exception>
    public async Task Advances(TimeSpan within)
    {
        var before = Progress.Echoed;
        await Eventually.Until(() => _client.HasExited || Progress.Echoed > before, within,
            $"the echo session to go on after {before} lines", _client.Describe);
        ThrowIfBroken();
    }

    /// <summary>Ends the session.</summary>
    /// <returns>How it went all in all.</returns>
    /// <exception cref="LabException">It had broken.</exception>
    public async Task<EchoProgress> Close()
    {
        ThrowIfBroken();
        await _client.Stop();
        return Progress;
    }

    /// <summary>Ends both programs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private void ThrowIfBroken()
    {
        if (_client.HasExited)
            throw new LabException($"the echo session broke: {_client.Describe()}");
    }
}
