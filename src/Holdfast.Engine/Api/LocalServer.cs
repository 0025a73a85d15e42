using System.Net.Sockets;
using Holdfast.Linux;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Api;

/// <summary>
/// Serves a bounded number of clients on a socket in the file system. Whatever a client does, or a fault while it is
/// served, ends that client alone.
/// </summary>
internal sealed class LocalServer : IAsyncDisposable
{
    // --- constant after construction -----------------------------------------------------------------------
    private readonly Socket _socket;
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _accepting;

    // --- guarded by itself -----------------------------------------------------------------------------------
    private readonly HashSet<Task> _clients = [];

    private int _disposals;

    private LocalServer(Socket socket, string path, Func<Socket, CancellationToken, Task> serve, ILogger log)
    {
        (_socket, Path, _serve, _log) = (socket, path, serve, log);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where clients connect.</summary>
    internal string Path { get; }

    /// <summary>Listens at a path and serves from there on.</summary>
    /// <param name="path">An absolute path; its directory is made if it is missing.</param>
    /// <param name="serve">
    /// Serves one client until it goes, or until the token ends: then no further request is begun. The socket is
    /// closed by the server.
    /// </param>
    /// <param name="log">Where clients that were cut off are logged.</param>
    /// <exception cref="LinuxException">Somebody else answers at the path, or it can't be made.</exception>
    internal static LocalServer Open(string path, Func<Socket, CancellationToken, Task> serve, ILogger log) =>
        new(SocketFile.Listen(path), path, serve, log);

    /// <summary>
    /// Takes the file away, accepts nobody more, and lets requests that have begun come to their end.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Increment(ref _disposals) > 1) return;
        File.Delete(Path);
        await _ended.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        _socket.Dispose();
        Task[] left;
        lock (_clients) left = [.. _clients];
        await Task.WhenAll(left).ConfigureAwait(false);
        _ended.Dispose(); // nobody waits by it: the acceptor and every client have ended
    }

    private async Task AcceptAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                Begin(await _socket.AcceptAsync(_ended.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                Log.ClientFailed(_log, Path, e.Message);
                await Task.Delay(EngineLimits.AcceptRetry, _ended.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Begin(Socket client)
    {
        lock (_clients)
        {
            if (_clients.Count >= EngineLimits.ControlClients)
            {
                Log.ClientFailed(_log, Path, "too many clients at once");
                client.Dispose();
                return;
            }
            var serving = Task.Run(() => ServeAsync(client));
            _clients.Add(serving);
            serving.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private void Forget(Task client)
    {
        lock (_clients) _clients.Remove(client);
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            using (client) await _serve(client, _ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (!_ended.IsCancellationRequested) Log.ClientFailed(_log, Path, "it took too long");
        }
#pragma warning disable CA1031 // one client's fault, or our own while serving it, must not end the others
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.ClientFailed(_log, Path, e.Message);
        }
    }
}
