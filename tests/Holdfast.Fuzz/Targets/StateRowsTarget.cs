using System.Buffers.Binary;
using Holdfast.Engine.State;
using Holdfast.Linux.Sqlite;
using Holdfast.Protocol.Wire;

namespace Holdfast.Fuzz.Targets;

/// <summary>What an earlier engine, or a broken disk, left in the rows of the state database: values of any type and size.</summary>
internal sealed class StateRowsTarget : Target
{
    private const string Tunnel = "hf0";
    private const long Wall = 1_700_000_000_000_000_000;

    private readonly string _directory = StateFileTarget.MemoryDirectory();
    private readonly SqliteDatabase _database;
    private readonly SqliteStatement[] _inserts;

    public StateRowsTarget()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory, "holdfast.db"), TimeSpan.Zero);
        StateRows.Prepare(_database);
        _inserts =
        [
            _database.Prepare("INSERT OR REPLACE INTO peer VALUES ('hf0', ?, ?, ?, ?, ?, ?)"),
            _database.Prepare("INSERT OR REPLACE INTO timestamps VALUES ('hf0', ?, ?)"),
            _database.Prepare("INSERT OR REPLACE INTO listening VALUES ('hf0', ?)"),
        ];
    }

    internal override string Name => "state-rows";

    internal override int LongestInput => 512;

    internal override IEnumerable<byte[]> Dictionary => Text.Words(ConfigCheck.Key, ConfigCheck.PublicKey, "hub.example.org:51820");

    internal override IEnumerable<byte[]> Seeds
    {
        get
        {
            byte[] peer = [0, 2, 44, .. Text.Bytes(ConfigCheck.Key), 3, 4, 192, 0, 2, 1, 1, 0xca, 0x6c, 0, 0, 0, 0, 0, 0, 0, 2, 3, .. "a:1"u8, 0];
            byte[] floor = [1, 1, .. Number(0x4000_0000_6553_F100), 1, .. Number(0)];
            byte[] port = [2, 1, .. Number(51820)];
            yield return peer;
            yield return floor;
            yield return port;
            yield return [.. peer, .. floor, .. port];
        }
    }

    internal override void Read(ReadOnlySpan<byte> input)
    {
        _database.Execute("BEGIN IMMEDIATE");
        try
        {
            var reader = new InputReader(input);
            while (!reader.AtEnd) Insert(ref reader);
            Check(StateRows.Load(_database, Tunnel));
        }
        finally
        {
            _database.Execute("ROLLBACK");
        }
    }

    protected override void Close()
    {
        foreach (var insert in _inserts) insert.Dispose();
        _database.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    internal static void Check(TunnelMemory memory)
    {
        foreach (var peer in memory.Peers)
        {
            Require(peer.Endpoint.IsKnown && peer.Endpoint.Port > 0, "an endpoint that nobody can send to");
            Require(peer.Endpoint.ToString().Length > 0 && peer.Configured is not null, "an endpoint without text");
        }
        var floor = memory.TimestampFloor;
        var next = Tai64n.After(floor, Wall);
        Require(next > floor && next.Nanoseconds < 1_000_000_000, "no timestamp is later than the floor");
        Require(next.Seconds - floor.Seconds <= 1 || next == Tai64n.FromUnix(Wall), "the next timestamp is far beyond both");
        Require(floor <= Tai64n.FromUnix(long.MaxValue), "a floor that no clock can show");
    }

    private void Insert(ref InputReader reader)
    {
        var insert = _inserts[reader.Byte() % 3];
        var columns = insert == _inserts[0] ? 6 : insert == _inserts[1] ? 2 : 1;
        for (var column = 1; column <= columns; column++) Bind(insert, column, ref reader);
        try
        {
            insert.Run();
        }
        catch (SqliteException)
        {
            insert.Reset(); // NULL where there may be none
        }
    }

    private static void Bind(SqliteStatement insert, int column, ref InputReader reader)
    {
        Span<byte> bytes = stackalloc byte[256];
        var kind = reader.Byte();
        switch (kind & 3)
        {
            case 0: insert.BindNull(column); break;
            case 1:
                reader.Fill(bytes[..8]);
                insert.Bind(column, BinaryPrimitives.ReadInt64LittleEndian(bytes));
                break;
            case 2:
                var text = bytes[..reader.Byte()];
                reader.Fill(text);
                insert.Bind(column, Text.Of(text));
                break;
            default:
                var blob = bytes[..reader.Byte()];
                reader.Fill(blob);
                insert.Bind(column, blob);
                break;
        }
    }

    private static byte[] Number(long value) => BitConverter.GetBytes(value);
}
