using System.Threading.Channels;
using Holdfast.Linux.Sqlite;
using Holdfast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.State;

/// <summary>
/// What this machine's tunnels keep: one SQLite file for all engines, each row a peer's last endpoint, a tunnel's reserve of
/// timestamps or its port. Writes are made by one task, in order; what it finds waiting goes to disk in one transaction.
/// </summary>
internal sealed class StateStore : IAsyncDisposable
{
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(10);

    private readonly SqliteDatabase _database;
    private readonly Lock _use = new();
    private readonly ILogger _log;
    private readonly Task _writer;
    private readonly Channel<Action> _writes = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(EngineLimits.StateWrites) { SingleReader = true });

    private StateStore(SqliteDatabase database, ILogger log)
    {
        (_database, _log) = (database, log);
        _writer = Task.Run(WriteAsync);
    }

    /// <summary>Opens the store, or says in the log why there is none: a tunnel works without.</summary>
    internal static StateStore? TryOpen(string directory, ILogger log)
    {
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var database = SqliteDatabase.Open(Path.Combine(directory, "holdfast.db"), BusyTimeout);
            StateRows.Prepare(database);
            return new StateStore(database, log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            Log.StateUnavailable(log, e.Message);
            return null;
        }
    }

    /// <summary>The part that one tunnel keeps, by the name of its interface.</summary>
    internal ITunnelState Of(string tunnel) => new TunnelState(this, tunnel);

    /// <summary>Writes what waits, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _writes.Writer.TryComplete();
        await _writer.ConfigureAwait(false);
        _database.Dispose();
    }

    private async Task WriteAsync()
    {
        while (await _writes.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            try
            {
                lock (_use) WriteWaiting();
            }
            catch (SqliteException e)
            {
                Log.StateUnavailable(_log, e.Message);
            }
        }
    }

    private void WriteWaiting()
    {
        _database.Execute("BEGIN IMMEDIATE");
        try
        {
            while (_writes.Reader.TryRead(out var write)) write();
        }
        finally
        {
            _database.Execute("COMMIT");
        }
    }

    // A full queue means a disk that does not keep up; what is lost is learned again with the next handshake.
    private void Post(Action write) => _writes.Writer.TryWrite(write);

    private sealed class TunnelState(StateStore store, string tunnel) : ITunnelState
    {
        public TunnelMemory Load()
        {
            try
            {
                lock (store._use) return StateRows.Load(store._database, tunnel);
            }
            catch (SqliteException e)
            {
                Log.StateUnavailable(store._log, e.Message);
                return TunnelMemory.None;
            }
        }

        public void Remember(PeerState peer) => store.Post(() =>
        {
            var address = peer.Endpoint.ToIPEndPoint().Address.GetAddressBytes();
            using var insert = store._database.Prepare("INSERT OR REPLACE INTO peer VALUES (?, ?, ?, ?, ?, ?, ?)");
            insert.Bind(1, tunnel).Bind(2, peer.Peer.ToString()).Bind(3, address).Bind(4, peer.Endpoint.Port)
                .Bind(5, peer.Endpoint.ScopeId).Bind(6, peer.Configured)
                .Bind(7, DateTimeOffset.UtcNow.ToUnixTimeSeconds()).Run();
        });

        public void ReserveTimestamps(Tai64n ceiling) => store.Post(() =>
        {
            using var insert = store._database.Prepare("INSERT OR REPLACE INTO timestamps VALUES (?, ?, ?)");
            insert.Bind(1, tunnel).Bind(2, (long)ceiling.Seconds).Bind(3, ceiling.Nanoseconds).Run();
        });

        public void RememberPort(ushort port) => store.Post(() =>
        {
            using var insert = store._database.Prepare("INSERT OR REPLACE INTO listening VALUES (?, ?)");
            insert.Bind(1, tunnel).Bind(2, port).Run();
        });
    }
}
