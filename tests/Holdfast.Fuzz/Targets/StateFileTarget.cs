using System.Buffers.Binary;
using Holdfast.Engine.State;
using Holdfast.Linux.Sqlite;

namespace Holdfast.Fuzz.Targets;

/// <summary>
/// A state database that is damaged anywhere, or cut off: opened and read, or refused by SQLite's word. The file is in memory.
/// </summary>
internal sealed class StateFileTarget : Target
{
    private const string Tunnel = "hf0";

    private readonly string _directory = MemoryDirectory();
    private readonly string _path;
    private readonly byte[] _good;
    private readonly byte[] _damaged;

    public StateFileTarget()
    {
        _path = Path.Combine(_directory, "holdfast.db");
        using (var database = SqliteDatabase.Open(_path, TimeSpan.Zero))
        {
            StateRows.Prepare(database);
            for (var i = 0; i < 40; i++)
            {
                database.Execute($"INSERT INTO peer VALUES ('hf{i % 2}', '{new string((char)('A' + i), 43)}=', x'c0000201', 51820, 0, 'hub.example.org:51820', 1)");
            }
            database.Execute("INSERT INTO timestamps VALUES ('hf0', 4611686020127387914, 0); INSERT INTO listening VALUES ('hf0', 51820)");
            database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        _good = File.ReadAllBytes(_path);
        _damaged = new byte[_good.Length];
    }

    internal override string Name => "state-file";

    internal override int LongestInput => 64;

    internal override IEnumerable<byte[]> Seeds => [[], [16, 0, 2], [18, 0, 1, 19, 0, 1], [0, 16, 9], [255, 255, 3], [24, 0, 1, 28, 0, 0]];

    internal override long MayAllocate(int length) => 256 << 10;

    /// <summary>Each three bytes: a place, and what stands there; at the last place beyond the end, where the file ends.</summary>
    internal override void Read(ReadOnlySpan<byte> input)
    {
        _good.CopyTo(_damaged, 0);
        var size = _good.Length;
        for (; input.Length >= 3; input = input[3..])
        {
            var at = BinaryPrimitives.ReadUInt16LittleEndian(input);
            if (at < size) _damaged[at] = input[2];
            else size = Math.Min(size, input[2] * 128);
        }
        File.WriteAllBytes(_path, _damaged.AsSpan(0, size));
        try
        {
            using var database = SqliteDatabase.Open(_path, TimeSpan.Zero);
            StateRows.Prepare(database);
            StateRowsTarget.Check(StateRows.Load(database, Tunnel));
        }
        catch (SqliteException)
        {
            // Refused; the engine works without.
        }
        File.Delete(_path + "-wal");
        File.Delete(_path + "-shm");
    }

    protected override void Close() => Directory.Delete(_directory, recursive: true);

    /// <summary>A directory of this process in memory.</summary>
    internal static string MemoryDirectory()
    {
        var path = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"holdfast-fuzz-{Guid.NewGuid():n}");
        return Directory.CreateDirectory(path).FullName;
    }
}
