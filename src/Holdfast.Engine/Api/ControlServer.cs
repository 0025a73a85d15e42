using System.Net.Sockets;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.Engine.Health;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Api;

/// <summary>
/// The control socket of an engine: <c>NAME.sock</c> in the run directory, one request and one answer a line. Root
/// and the engine's own user may ask.
/// </summary>
public sealed class ControlServer : IAsyncDisposable
{
    private static readonly ReadOnlyMemory<byte> LineEnd = "\n"u8.ToArray();

    private readonly LocalServer _server;
    private readonly string _name;
    private readonly EventRing _events;
    private readonly Func<ControlRequest, CancellationToken, Task<ControlReply>> _handler;
    private readonly TimeSpan _idle;
    private readonly TimeSpan _deadline;

    private ControlServer(
        string name, Func<ControlRequest, CancellationToken, Task<ControlReply>> handler, EventRing events, TimeSpan idle,
        TimeSpan deadline, ILogger log)
    {
        (_name, _handler, _events, _idle, _deadline) = (name, handler, events, idle, deadline);
        _server = LocalServer.Open(RunDirectory.SocketOf(name), ServeAsync, log);
    }

    /// <summary>The socket's path.</summary>
    public string Path => _server.Path;

    /// <summary>Serves under a tunnel's name. The socket of a dead engine is replaced.</summary>
    /// <param name="name">The tunnel's name.</param>
    /// <param name="handler">
    /// Answers a request; its token ends at the request's deadline. It must not wait for this server's end: the
    /// answer would.
    /// </param>
    /// <param name="events">Told to whoever asks for them.</param>
    /// <param name="log">Where clients that were cut off are logged.</param>
    /// <exception cref="LinuxException">
    /// EADDRINUSE: another engine serves this name. EACCES: the run directory can't be written.
    /// </exception>
    internal static ControlServer Open(
        string name, Func<ControlRequest, CancellationToken, Task<ControlReply>> handler, EventRing events, ILogger log) =>
        Open(name, handler, events, EngineLimits.ClientIdle, EngineLimits.RequestDeadline, log);

    internal static ControlServer Open(
        string name, Func<ControlRequest, CancellationToken, Task<ControlReply>> handler, EventRing events, TimeSpan idle,
        TimeSpan deadline, ILogger log) => new(name, handler, events, idle, deadline, log);

    /// <summary>Takes the socket away; requests that have begun are answered first.</summary>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(Socket client, CancellationToken ended)
    {
        var caller = UnixPeerCredentials.Of(client).UserId;
        if (caller != 0 && caller != Privileges.EffectiveUserId)
        {
            await RefuseAsync(client, ControlCodes.NotPermitted, "only root and the engine's own user may ask")
                .ConfigureAwait(false);
            return;
        }
        using var lines = new LineReader(client.ReceiveAsync, EngineLimits.RequestLineBytes);
        while (await NextAsync(lines, ended).ConfigureAwait(false))
        {
            var answering = TryParse(lines.Line) is { } request
                ? AnswerAsync(client, request, ended)
                : RefuseAsync(client, ControlCodes.BadRequest, "that is no request");
            await answering.ConfigureAwait(false);
        }
        if (lines.WasTooLong)
            await RefuseAsync(client, ControlCodes.BadRequest, "the request is too long").ConfigureAwait(false);
    }

    private async Task<bool> NextAsync(LineReader lines, CancellationToken ended)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(ended);
        idle.CancelAfter(_idle);
        return await lines.ReadAsync(idle.Token).ConfigureAwait(false);
    }

    private async Task AnswerAsync(Socket client, ControlRequest request, CancellationToken ended)
    {
        using var deadline = new CancellationTokenSource(_deadline);
        ControlReply reply;
        try
        {
            reply = await HandleAsync(request, deadline.Token, ended).WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            reply = ControlReply.Refused(ControlCodes.Timeout,
                $"{request.Verb} was not done in {_deadline.TotalSeconds} s");
        }
#pragma warning disable CA1031 // whatever went wrong, it is this request's answer
        catch (Exception e)
#pragma warning restore CA1031
        {
            reply = ControlReply.Refused(ControlCodes.Failed, e.Message);
        }
        await SendAsync(client, reply).ConfigureAwait(false);
    }

    /// <summary>What has happened is the same question to every engine, and nobody waits for more of it than there will be.</summary>
    private async Task<ControlReply> HandleAsync(ControlRequest request, CancellationToken deadline, CancellationToken ended) =>
        request.Verb != ControlVerbs.Log ? await _handler(request, deadline).ConfigureAwait(false)
        : new ControlReply { Ok = true, Log = await _events.AnswerAsync(_name, request, ended).ConfigureAwait(false) };

    private Task RefuseAsync(Socket client, string code, string error) =>
        SendAsync(client, ControlReply.Refused(code, error));

    private async Task SendAsync(Socket client, ControlReply reply)
    {
        using var deadline = new CancellationTokenSource(_deadline);
        // Piece by piece: the status of ten thousand peers has megabytes.
        using var stream = new NetworkStream(client, ownsSocket: false);
        await JsonSerializer.SerializeAsync(stream, reply, ControlJson.Default.ControlReply, deadline.Token)
            .ConfigureAwait(false);
        await stream.WriteAsync(LineEnd, deadline.Token).ConfigureAwait(false);
    }

    /// <summary>The request in a line; null if there is none.</summary>
    internal static ControlRequest? TryParse(ReadOnlySpan<byte> line)
    {
        try
        {
            var request = JsonSerializer.Deserialize(line, ControlJson.Default.ControlRequest);
            return request is { Verb.Length: > 0 } ? request : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
