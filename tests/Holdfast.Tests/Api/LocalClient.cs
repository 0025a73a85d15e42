using System.Net.Sockets;
using System.Text;

namespace Holdfast.Tests.Api;

/// <summary>A client of a socket in the file system, whose every step has a deadline.</summary>
internal sealed class LocalClient : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _deadline = new(Deadline);
    private readonly List<byte> _unread = [];

    private LocalClient()
    {
    }

    internal static LocalClient Connect(string path)
    {
        var client = new LocalClient();
        client._socket.Connect(new UnixDomainSocketEndPoint(path));
        return client;
    }

    internal Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    internal async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes, _deadline.Token)..];
    }

    internal void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads up to and with the mark, or to the end of the stream.</summary>
    internal async Task<string> ReadUntilAsync(string mark)
    {
        var wanted = Encoding.UTF8.GetBytes(mark);
        var buffer = new byte[64 << 10];
        for (var searched = 0; ;)
        {
            var found = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_unread)[searched..].IndexOf(wanted);
            if (found >= 0) return Take(searched + found + wanted.Length);
            searched = Math.Max(0, _unread.Count - wanted.Length);
            var count = await ReceiveAsync(buffer);
            if (count == 0) return Take(_unread.Count);
            _unread.AddRange(buffer.AsSpan(0, count));
        }
    }

    /// <summary>Reads to the end of the stream; a reset is an end.</summary>
    internal Task<string> ReadToEndAsync() => ReadUntilAsync("\0 no such mark");

    public void Dispose()
    {
        _socket.Dispose();
        _deadline.Dispose();
    }

    private async Task<int> ReceiveAsync(byte[] fill)
    {
        try
        {
            return await _socket.ReceiveAsync(fill, _deadline.Token);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }

    private string Take(int length)
    {
        var text = Encoding.UTF8.GetString([.. _unread[..length]]);
        _unread.RemoveRange(0, length);
        return text;
    }
}
