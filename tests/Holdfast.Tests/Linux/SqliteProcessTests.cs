using System.Globalization;
using Holdfast.Linux.Sqlite;

namespace Holdfast.Tests.Linux;

/// <summary>Several writers to one file, and what a kill leaves.</summary>
public sealed class SqliteProcessTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("holdfast-sqlite-");

    private string File => Path.Combine(_directory.FullName, "state.db");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Processes_and_handles_that_write_at_once_lose_nothing()
    {
        const int Times = 50;
        using (var first = Open()) SqliteChild.CreateTables(first);

        using var one = SqliteChild.Counting(File, Times);
        using var two = SqliteChild.Counting(File, Times);
        Parallel.For(0, 2, _ =>
        {
            using var database = Open();
            SqliteChild.Count(database, Times);
        });
        Assert.Equal(("", 0), one.End());
        Assert.Equal(("", 0), two.End());

        using var last = Open();
        Assert.Equal(4 * Times, Number(last, "SELECT value FROM counter"));
    }

    [Fact]
    public async Task A_fresh_file_can_be_opened_by_many_at_once()
    {
        const int Many = 6;
        using var start = new Barrier(Many);
        for (var round = 0; round < 20; round++)
        {
            var path = Path.Combine(_directory.FullName, $"fresh{round}.db");
            await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait(SqliteChild.BusyTimeout, TestContext.Current.CancellationToken);
                    using var database = SqliteDatabase.Open(path, SqliteChild.BusyTimeout);
                    database.Execute("CREATE TABLE IF NOT EXISTS t(a); INSERT INTO t VALUES(1)");
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            using var after = SqliteDatabase.Open(path, SqliteChild.BusyTimeout);
            Assert.Equal(Many, Number(after, "SELECT count(*) FROM t"));
        }
    }

    [Fact]
    public void Half_a_transaction_is_gone_after_a_kill()
    {
        using (var database = Open()) SqliteChild.CreateTables(database);
        using (var child = SqliteChild.Stopping(File))
        {
            Assert.Equal("half", child.ReadLine());
            // The killed transaction had reached the log.
            Assert.True(new FileInfo(File + "-wal").Length > SqliteChild.RowsTogether * 1000);
            child.Kill();
            child.End();
        }

        using var after = Open();
        Assert.Equal(SqliteChild.RowsTogether, Number(after, "SELECT count(*) FROM line"));
        Assert.Equal(1, Number(after, "SELECT max(batch) FROM line"));
        AssertWhole(after);
    }

    [Fact]
    public void Each_committed_transaction_outlives_a_kill()
    {
        using (var database = Open()) SqliteChild.CreateTables(database);
        for (var round = 1; round <= 5; round++)
        {
            long told = 0;
            using (var child = SqliteChild.Committing(File))
            {
                while (told < 3 * round) told = Parse(child.ReadLine());
                child.Kill();
                var rest = child.End().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                if (rest.Length > 0) told = Parse(rest[^1]);
            }

            using var after = Open();
            var kept = Number(after, "SELECT count(DISTINCT batch) FROM line");
            // The kill may have come between a commit and its announcement.
            Assert.InRange(kept, told, told + 1);
            Assert.Equal(kept * SqliteChild.RowsTogether, Number(after, "SELECT count(*) FROM line"));
            AssertWhole(after);
            after.Execute("DELETE FROM line");
        }
    }

    [Fact]
    public void A_file_that_stays_locked_is_told()
    {
        using var holder = Open();
        using var other = SqliteDatabase.Open(File, TimeSpan.Zero);
        SqliteChild.CreateTables(holder);
        holder.Execute("BEGIN IMMEDIATE");
        var failure = Assert.Throws<SqliteException>(() => other.Execute("INSERT INTO counter VALUES(9)"));
        Assert.True(failure.IsBusy);
        Assert.Equal("INSERT INTO counter VALUES(9) failed: database is locked (SQLite code 5)", failure.Message);
        holder.Execute("COMMIT");
        other.Execute("INSERT INTO counter VALUES(9)");
        Assert.Equal(1, other.Changes);
    }

    private static long Parse(string? line) =>
        long.Parse(line ?? throw new InvalidOperationException("the child ended"), CultureInfo.InvariantCulture);

    private static long Number(SqliteDatabase database, string sql)
    {
        using var statement = database.Prepare(sql);
        Assert.True(statement.Step());
        return statement.GetInt64(0);
    }

    private static void AssertWhole(SqliteDatabase database)
    {
        using var check = database.Prepare("PRAGMA integrity_check");
        Assert.True(check.Step());
        Assert.Equal("ok", check.GetText(0));
    }

    private SqliteDatabase Open() => SqliteDatabase.Open(File, SqliteChild.BusyTimeout);
}
