using System.Net.Sockets;
using System.Text.Json;

namespace Holdfast.Control;

/// <summary>Asks the engine of a tunnel on its control socket.</summary>
public static class ControlClient
{
    /// <summary>How long an engine may take to answer, unless the caller says otherwise.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(10);

    /// <summary>An answer is never longer: status of a million peers.</summary>
    private const int LongestReply = 1 << 30;

    /// <summary>
    /// Asks one question. A refusal is an answer like another; only silence and missing rights are exceptions.
    /// </summary>
    /// <param name="name">The tunnel's name.</param>
    /// <param name="request">The question.</param>
    /// <param name="deadline">How long it may take; null for <see cref="DefaultDeadline"/>.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="ControlException">The engine can't be asked; the kind says why.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static async Task<ControlReply> AskAsync(
        string name, ControlRequest request, TimeSpan? deadline = null, CancellationToken cancel = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(deadline ?? DefaultDeadline);
        try
        {
            var reply = await AskAsync(PathOf(name), request, limit.Token).ConfigureAwait(false);
            return reply.Code == ControlCodes.NotPermitted ? throw NotPermitted(name, null) : reply;
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw NotAnswering(name, "does not answer", e);
        }
        catch (SocketException e)
        {
            throw Explain(name, e);
        }
        catch (IOException e) when (e.InnerException is SocketException)
        {
            throw NotAnswering(name, "hung up", e); // killed, or on its way out
        }
        catch (JsonException e)
        {
            throw NotAnswering(name, "answers nonsense", e);
        }
    }

    private static async Task<ControlReply> AskAsync(string path, ControlRequest request, CancellationToken limit)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit).ConfigureAwait(false);
        using var stream = new NetworkStream(socket);
        var json = JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.ControlRequest);
        await stream.WriteAsync((byte[])[.. json, (byte)'\n'], limit).ConfigureAwait(false);
        var reply = await ReadLineAsync(stream, limit).ConfigureAwait(false);
        return Read(reply.Span);
    }

    /// <summary>The answer in a line.</summary>
    /// <exception cref="JsonException">There is none.</exception>
    internal static ControlReply Read(ReadOnlySpan<byte> line) =>
        JsonSerializer.Deserialize(line, ControlJson.Default.ControlReply) is { } reply && IsWhole(reply.Status) && (reply.Uplinks ?? []).All(IsWhole)
        && IsWhole(reply.Log)
            ? reply
            : throw new JsonException("no reply, or one with parts missing");

    // The serializer takes null for anything.
    private static bool IsWhole(TunnelStatus? status) => status is null
        || (status is { Name: not null, Version: not null, Drops: not null, Peers: not null } && status.Peers.All(IsWhole));

    private static bool IsWhole(PeerStatus? peer) =>
        peer is { PublicKey: not null, AllowedIps: not null, ConfiguredEndpoints: not null, Drops: not null }
        && !peer.AllowedIps.Contains(null!) && !peer.ConfiguredEndpoints.Contains(null!);

    private static bool IsWhole(UplinkStatus? uplink) =>
        uplink is { Interface: not null, Addresses: not null } && !uplink.Addresses.Contains(null!);

    private static bool IsWhole(EventPage? page) => page is null
        || (page is { Engine: not null, Events: not null } && page.Events.All(e => e is { Part: not null, Event: not null, Level: not null, Text: not null }));

    private static async Task<ReadOnlyMemory<byte>> ReadLineAsync(NetworkStream stream, CancellationToken limit)
    {
        var buffer = new byte[4096];
        for (var length = 0; ;)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length), limit).ConfigureAwait(false);
            if (count == 0) throw new JsonException("the reply has no end");
            var end = buffer.AsSpan(length, count).IndexOf((byte)'\n');
            length += count;
            if (end >= 0) return buffer.AsMemory(0, length - count + end);
            if (length < buffer.Length) continue;
            if (length > LongestReply) throw new JsonException("the reply is too long");
            Array.Resize(ref buffer, 2 * length);
        }
    }

    private static string PathOf(string name)
    {
        try
        {
            var path = RunDirectory.SocketOf(name);
            return File.Exists(path) ? path : throw NoSuchTunnel(name, null);
        }
        catch (ArgumentException e)
        {
            throw NoSuchTunnel(name, e);
        }
    }

    private static ControlException Explain(string name, SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AccessDenied => NotPermitted(name, e),
        SocketError.ConnectionRefused => NotAnswering(name, "has ended without tidying up", e),
        SocketError.AddressNotAvailable => NoSuchTunnel(name, e), // went between two looks
        _ => NotAnswering(name, $"can't be reached ({e.Message})", e),
    };

    private static ControlException NoSuchTunnel(string name, Exception? cause) =>
        new(ControlFailure.NoSuchTunnel, $"no tunnel {name} is running", cause);

    private static ControlException NotAnswering(string name, string what, Exception? cause) =>
        new(ControlFailure.NotAnswering, $"the engine of {name} {what}", cause);

    private static ControlException NotPermitted(string name, Exception? cause) =>
        new(ControlFailure.NotPermitted, $"{name} is another user's: run this as root, or as the user who started it",
            cause);
}
