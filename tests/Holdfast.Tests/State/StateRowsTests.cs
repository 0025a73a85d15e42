using Holdfast.Engine.State;
using Holdfast.Linux.Sqlite;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.State;

/// <summary>Rows that make no sense are as good as none: a disk may turn any bit, and SQLite keeps no checksums.</summary>
public sealed class StateRowsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("holdfast-state-");
    private readonly SqliteDatabase _database;

    public StateRowsTests()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "holdfast.db"), TimeSpan.FromSeconds(10));
        StateRows.Prepare(_database);
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void A_floor_of_timestamps_is_read()
    {
        var floor = Tai64n.FromUnix(1_800_000_000_000_000_000);
        Assert.Equal(floor, FloorOf((long)floor.Seconds, floor.Nanoseconds));
    }

    // Beyond it no initiation would ever be later, or only ones that the peer takes no other after.
    [Theory]
    [InlineData(-1, 0)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(0x4000_0003_0000_0000, 0)]
    [InlineData(0x4000_0000_6553_F100, -1)]
    [InlineData(0x4000_0000_6553_F100, 1_000_000_000)]
    [InlineData(0x4000_0000_6553_F100, long.MaxValue)]
    public void A_floor_that_no_clock_can_show_is_none(long seconds, long nanoseconds) =>
        Assert.Equal(default, FloorOf(seconds, nanoseconds));

    private Tai64n FloorOf(long seconds, long nanoseconds)
    {
        _database.Execute($"INSERT OR REPLACE INTO timestamps VALUES ('hf0', {seconds}, {nanoseconds})");
        return StateRows.Load(_database, "hf0").TimestampFloor;
    }
}
