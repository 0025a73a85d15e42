using System.Net.Sockets;
using System.Text;
using Holdfast.Engine.DataPlane;
using Holdfast.Linux;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine.Api;

/// <summary>One client's connection to WireGuard's userspace interface: operations, one behind the other.</summary>
internal sealed class WireGuardSession(Socket client, RunningTunnel tunnel, CancellationToken ended) : IDisposable
{
    private readonly LineReader _lines = new(client.ReceiveAsync, EngineLimits.RequestLineBytes);
    private CancellationTokenSource _deadline = new();

    /// <summary>
    /// Serves until the client goes. An operation that is none ends the connection without an answer, as wireguard-go
    /// does it. The rest of a refused request is passed over.
    /// </summary>
    internal async Task RunAsync()
    {
        var refused = false;
        while (await NextOperationAsync().ConfigureAwait(false))
        {
            var begun = _lines.Line;
            if (begun.SequenceEqual("get=1"u8)) refused = !await GetAsync().ConfigureAwait(false);
            else if (begun.SequenceEqual("set=1"u8)) refused = !await SetAsync().ConfigureAwait(false);
            else if (!refused) return;
            else refused = !IsBlank(begun);
        }
    }

    public void Dispose()
    {
        _lines.Dispose();
        _deadline.Dispose();
    }

    private async Task<bool> NextOperationAsync()
    {
        using (var idle = CancellationTokenSource.CreateLinkedTokenSource(ended))
        {
            idle.CancelAfter(EngineLimits.ClientIdle);
            if (!await _lines.ReadAsync(idle.Token).ConfigureAwait(false)) return false;
        }
        _deadline.Dispose();
        _deadline = new CancellationTokenSource(EngineLimits.RequestDeadline);
        return true;
    }

    private async Task<bool> GetAsync()
    {
        if (!await _lines.ReadAsync(_deadline.Token).ConfigureAwait(false)) return false;
        if (_lines.Line.Length > 0) return await RefuseAsync(Errno.EINVAL).ConfigureAwait(false);
        using var text = new KeyBuffer();
        var peers = await tunnel.AskAsync(loop =>
        {
            WireGuardText.Write(loop.Tunnel, loop.ListenPort, loop.Mark, text);
            return loop.Tunnel.Peers.ToArray();
        }).ConfigureAwait(false);
        // Page by page, so that packets do not wait for ten thousand peers.
        foreach (var page in peers.Chunk(EngineLimits.PeersAtOnce))
        {
            await tunnel.AskAsync(loop => WritePage(loop.Tunnel, page, text)).ConfigureAwait(false);
            await SendAsync(text).ConfigureAwait(false);
        }
        text.Append("errno=0\n\n"u8);
        await SendAsync(text).ConfigureAwait(false);
        return true;
    }

    private static bool WritePage(Tunnel tunnel, Peer[] page, KeyBuffer fill)
    {
        foreach (var peer in page)
        {
            if (tunnel.FindPeer(peer.PublicKey) == peer) WireGuardText.Write(peer, fill); // else it went meanwhile
        }
        return true;
    }

    private async Task<bool> SetAsync()
    {
        using var request = new WireGuardSet();
        var most = _lines.Consumed + EngineLimits.ChangeRequestBytes;
        while (await _lines.ReadAsync(_deadline.Token).ConfigureAwait(false))
        {
            if (IsBlank(_lines.Line)) return await ApplyAsync(request.Take()).ConfigureAwait(false);
            var error = _lines.Consumed > most ? Errno.EIO : request.Read(WithoutReturn(_lines.Line));
            if (error != 0) return await RefuseAsync(error).ConfigureAwait(false);
        }
        // Without its blank line a request may be half of what its sender meant: nothing of it is done.
        return await RefuseAsync(_lines.WasTooLong ? Errno.EIO : Errno.EPROTO).ConfigureAwait(false);
    }

    private async Task<bool> ApplyAsync(DeviceChange change)
    {
        try
        {
            await tunnel.ApplyAsync(change).ConfigureAwait(false);
        }
        catch (LinuxException e)
        {
            return await RefuseAsync(e.Errno, wasRead: true).ConfigureAwait(false);
        }
        catch (EngineEndedException)
        {
            return await RefuseAsync(Errno.ENODEV, wasRead: true).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            return await RefuseAsync(Errno.EINVAL, wasRead: true).ConfigureAwait(false); // too many peers
        }
        await SendAsync("errno=0\n\n"u8.ToArray()).ConfigureAwait(false);
        return true;
    }

    /// <summary>Answers with an error; returns whether the request was read to its end.</summary>
    private async Task<bool> RefuseAsync(int errno, bool wasRead = false)
    {
        await SendAsync(Encoding.ASCII.GetBytes($"errno={-errno}\n\n")).ConfigureAwait(false);
        return wasRead;
    }

    /// <summary>Sends what was written, and leaves room for more.</summary>
    private async Task SendAsync(KeyBuffer text)
    {
        foreach (var piece in text.Written) await SendAsync(piece).ConfigureAwait(false);
        text.Clear();
    }

    private async Task SendAsync(ReadOnlyMemory<byte> borrowed)
    {
        while (borrowed.Length > 0)
            borrowed = borrowed[await client.SendAsync(borrowed, _deadline.Token).ConfigureAwait(false)..];
    }

    // Lines of a set may end with a carriage return, as they may for wireguard-go.
    private static ReadOnlySpan<byte> WithoutReturn(ReadOnlySpan<byte> line) =>
        line is [.., (byte)'\r'] ? line[..^1] : line;

    private static bool IsBlank(ReadOnlySpan<byte> line) => WithoutReturn(line).Length == 0;
}
