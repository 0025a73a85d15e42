namespace Holdfast.Labs;

/// <summary>Many TCP sessions between two hosts, busy and quiet ones, which must live on, whatever the test does to the way between
/// them, and every byte of which is checked.</summary>
public sealed class TcpSessions : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10);

    private readonly HostProcess _server, _client;

    private TcpSessions(HostProcess server, HostProcess client) => (_server, _client) = (server, client);

    /// <summary>How they go, not older than a quarter of a second.</summary>
    public SessionsProgress Progress => Agent.Parse<SessionsProgress>(_client.Output.Last ?? "");

    /// <summary>Opens them; a line of each has come back when this returns.</summary>
    /// <param name="client">The host that connects.</param>
    /// <param name="server">The host that listens.</param>
    /// <param name="address">The server's address.</param>
    /// <param name="count">How many.</param>
    /// <param name="port">The server's port.</param>
    /// <param name="runBy">What runs both ends' programs, such as mptcpize run; none is nothing in between.</param>
    /// <exception cref="LabException">They could not be opened.</exception>
    public static async Task<TcpSessions> Open(Host client, Host server, string address, int count, int port = 7004, params string[] runBy)
    {
        var listener = Agent.StartBy(runBy, server, "tcp-echo-server", Agent.Number(port));
        await listener.WaitForLine("\"ready\"", StartDeadline);
        var sessions = new TcpSessions(listener,
            Agent.StartBy(runBy, client, "tcp-sessions", address, Agent.Number(port), Agent.Number(count)));
        await Eventually.Until(() => sessions._client.HasExited || sessions.Progress.Sessions.All(s => s.Lines > 0), StartDeadline,
            $"a line of each of {count} sessions to come back", sessions._client.Describe);
        sessions.ThrowIfBroken();
        return sessions;
    }

    /// <summary>Says if one of them broke.</summary>
    /// <exception cref="LabException">One did.</exception>
    public void ThrowIfBroken()
    {
        if (_client.HasExited || Progress.Broken > 0)
            throw new LabException($"a session broke: {_client.Describe()}");
    }

    /// <summary>Ends them, when all that they sent is back.</summary>
    /// <param name="within">The deadline.</param>
    /// <returns>How they went all in all.</returns>
    /// <exception cref="LabException">One had broken, or lines do not come back.</exception>
    public async Task<SessionsProgress> Close(TimeSpan within)
    {
        ThrowIfBroken();
        var end = await _client.Stop(within);
        return end.ExitCode == 0 ? Progress : throw new LabException($"a session broke: {end}");
    }

    /// <summary>Ends both programs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }
}
