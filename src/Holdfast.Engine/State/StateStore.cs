using System.Threading.Channels;
using Holdfast.Crypto;
using Holdfast.Linux.Sqlite;
using Holdfast.Protocol;
using Holdfast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.State;

/// <summary>
/// What this machine's tunnels keep: one SQLite file for all engines, each row a peer's last endpoint, a tunnel's reserve of
/// timestamps or its port. Writes are made by one task, in order; what it finds waiting goes to disk in one transaction.
/// </summary>
internal sealed class StateStore : IAsyncDisposable
{
    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS peer (
          tunnel TEXT NOT NULL, public_key TEXT NOT NULL, address BLOB NOT NULL, port INTEGER NOT NULL,
          scope INTEGER NOT NULL, configured TEXT NOT NULL, seen INTEGER NOT NULL,
          PRIMARY KEY (tunnel, public_key)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS timestamps (
          tunnel TEXT NOT NULL PRIMARY KEY, seconds INTEGER NOT NULL, nanoseconds INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS listening (
          tunnel TEXT NOT NULL PRIMARY KEY, port INTEGER NOT NULL) WITHOUT ROWID;
        """;

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
            database.Execute(Schema);
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
                lock (store._use) return new TunnelMemory(ReadPeers(), ReadFloor(), ReadPort());
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

        private List<PeerState> ReadPeers()
        {
            var peers = new List<PeerState>();
            using var select = store._database.Prepare(
                "SELECT public_key, address, port, scope, configured FROM peer WHERE tunnel = ?");
            select.Bind(1, tunnel);
            while (select.Step())
            {
                // A row that makes no sense is as good as none.
                if (!PublicKey.TryParse(select.GetText(0), out var key)) continue;
                if (select.GetBlob(1) is not { Length: 4 or 16 } bytes) continue;
                var address = new System.Net.IPAddress(bytes);
                if (bytes.Length == 16 && select.GetInt64(3) is > 0 and <= uint.MaxValue and var scope)
                    address.ScopeId = scope;
                if (select.GetInt64(2) is not (> 0 and <= ushort.MaxValue and var port)) continue;
                var endpoint = Endpoint.From(new System.Net.IPEndPoint(address, (int)port));
                peers.Add(new PeerState(key, endpoint, select.GetText(4) ?? ""));
            }
            return peers;
        }

        private Tai64n ReadFloor()
        {
            using var select = store._database.Prepare("SELECT seconds, nanoseconds FROM timestamps WHERE tunnel = ?");
            select.Bind(1, tunnel);
            return select.Step() ? new Tai64n((ulong)select.GetInt64(0), (uint)select.GetInt64(1)) : default;
        }

        private ushort ReadPort()
        {
            using var select = store._database.Prepare("SELECT port FROM listening WHERE tunnel = ?");
            select.Bind(1, tunnel);
            return select.Step() && select.GetInt64(0) is >= 0 and <= ushort.MaxValue and var port ? (ushort)port : (ushort)0;
        }
    }
}
