using System.Net;
using Holdfast.Crypto;
using Holdfast.Linux.Sqlite;
using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Engine.State;

/// <summary>The tables of the state database, and how they are read. A row that makes no sense is as good as none.</summary>
internal static class StateRows
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

    /// <summary>Makes the tables that are missing.</summary>
    /// <exception cref="SqliteException">The file is damaged, or can't be written.</exception>
    internal static void Prepare(SqliteDatabase database) => database.Execute(Schema);

    /// <summary>What the tables say of one tunnel.</summary>
    /// <exception cref="SqliteException">The file is damaged.</exception>
    internal static TunnelMemory Load(SqliteDatabase database, string tunnel) =>
        new(ReadPeers(database, tunnel), ReadFloor(database, tunnel), ReadPort(database, tunnel));

    private static List<PeerState> ReadPeers(SqliteDatabase database, string tunnel)
    {
        var peers = new List<PeerState>();
        using var select = database.Prepare(
            "SELECT public_key, address, port, scope, configured FROM peer WHERE tunnel = ?");
        select.Bind(1, tunnel);
        while (select.Step())
        {
            if (!PublicKey.TryParse(select.GetText(0), out var key)) continue;
            if (select.GetBlob(1) is not { Length: 4 or 16 } bytes) continue;
            var address = new IPAddress(bytes);
            if (bytes.Length == 16 && select.GetInt64(3) is > 0 and <= uint.MaxValue and var scope)
                address.ScopeId = scope;
            if (select.GetInt64(2) is not (> 0 and <= ushort.MaxValue and var port)) continue;
            var endpoint = Endpoint.From(new IPEndPoint(address, (int)port));
            peers.Add(new PeerState(key, endpoint, select.GetText(4) ?? ""));
        }
        return peers;
    }

    private static Tai64n ReadFloor(SqliteDatabase database, string tunnel)
    {
        using var select = database.Prepare("SELECT seconds, nanoseconds FROM timestamps WHERE tunnel = ?");
        select.Bind(1, tunnel);
        if (!select.Step()) return default;
        if (select.GetInt64(1) is not (>= 0 and < 1_000_000_000 and var nanoseconds)) return default;
        var floor = new Tai64n((ulong)select.GetInt64(0), (uint)nanoseconds);
        // What no clock of ours can show is damage. Initiations beyond it would be the last that peers take of this key.
        return floor <= Tai64n.FromUnix(long.MaxValue) ? floor : default;
    }

    private static ushort ReadPort(SqliteDatabase database, string tunnel)
    {
        using var select = database.Prepare("SELECT port FROM listening WHERE tunnel = ?");
        select.Bind(1, tunnel);
        return select.Step() && select.GetInt64(0) is >= 0 and <= ushort.MaxValue and var port ? (ushort)port : (ushort)0;
    }
}
