using System.Net.Sockets;
using Holdfast.Linux;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Api;

/// <summary>
/// WireGuard's userspace interface for one tunnel, by which the stock <c>wg</c> tool shows and changes it: the socket
/// <c>/var/run/wireguard/NAME.sock</c> and the protocol of wireguard.com/xplatform.
/// </summary>
public sealed class WireGuardSocket : IAsyncDisposable
{
    /// <summary>Where the wg tool looks; compiled into it.</summary>
    public const string DefaultDirectory = "/var/run/wireguard";

    private readonly LocalServer _server;
    private readonly Lock _watching = new();
    private FileSystemWatcher? _watcher;
    private readonly TaskCompletionSource _deleted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WireGuardSocket(LocalServer server) => _server = server;

    /// <summary>The socket's path.</summary>
    public string Path => _server.Path;

    /// <summary>
    /// Ends when somebody deletes the socket, or this object does. For wireguard-go that is a way to end the tunnel;
    /// whether it is here, the owner decides. Only who asks pays for it: a user has few inotify instances.
    /// </summary>
    /// <exception cref="IOException">All of the user's inotify instances are in use.</exception>
    public Task WhenDeleted()
    {
        lock (_watching) _watcher ??= Watch();
        if (!File.Exists(Path)) _deleted.TrySetResult(); // before anybody watched
        return _deleted.Task;
    }

    private FileSystemWatcher Watch()
    {
        var watcher = new FileSystemWatcher(System.IO.Path.GetDirectoryName(Path)!, System.IO.Path.GetFileName(Path));
        watcher.Deleted += (_, _) => _deleted.TrySetResult();
        watcher.Renamed += (_, renamed) =>
        {
            if (renamed.OldFullPath == Path) _deleted.TrySetResult();
        };
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    /// <summary>Serves a tunnel under a name. The socket of a dead process is replaced.</summary>
    /// <param name="name">The interface's name.</param>
    /// <param name="tunnel">The tunnel; its owner stays the caller.</param>
    /// <param name="log">Where clients that were cut off are logged.</param>
    /// <exception cref="LinuxException">
    /// EADDRINUSE: another process serves this name. EACCES: the directory can't be written.
    /// </exception>
    public static WireGuardSocket Open(string name, RunningTunnel tunnel, ILogger log) =>
        Open(DefaultDirectory, name, tunnel, log);

    internal static WireGuardSocket Open(string directory, string name, RunningTunnel tunnel, ILogger log) =>
        new(LocalServer.Open(PathOf(directory, name), (client, ended) => ServeAsync(client, tunnel, ended), log));

    /// <summary>Where the socket of a tunnel is.</summary>
    internal static string PathOf(string name) => PathOf(DefaultDirectory, name);

    private static string PathOf(string directory, string name) => $"{directory}/{name}.sock";

    /// <summary>Takes the socket away; changes that have begun come to their end.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_watching) _watcher?.Dispose();
        await _server.DisposeAsync().ConfigureAwait(false);
        _deleted.TrySetResult();
    }

    private static async Task ServeAsync(Socket client, RunningTunnel tunnel, CancellationToken ended)
    {
        using var session = new WireGuardSession(client, tunnel, ended);
        await session.RunAsync().ConfigureAwait(false);
    }
}
