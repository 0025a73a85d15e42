using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Holdfast.Linux.Sqlite;

namespace Holdfast.Tests.Linux;

public sealed class SqliteTests : IDisposable
{
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(10);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("holdfast-sqlite-");
    private readonly SqliteDatabase _database;

    public SqliteTests() => _database = SqliteDatabase.Open(PathOf("state.db"), BusyTimeout);

    public void Dispose()
    {
        _database.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void What_was_bound_is_read_back()
    {
        _database.Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, number, words, bytes)");
        (long, string?, byte[]?)[] rows =
        [
            (long.MinValue, "", []), (long.MaxValue, "hällo wörld 🦌\0end", [0, 255, 0]), (0, null, null),
        ];
        using (var insert = _database.Prepare("INSERT INTO t(number, words, bytes) VALUES(?, ?, ?)"))
        {
            foreach (var (number, words, bytes) in rows)
            {
                insert.Bind(1, number).Bind(2, words);
                if (bytes is not null) insert.Bind(3, bytes);
                insert.Run();
                Assert.Equal(1, _database.Changes);
            }
        }

        using var select = _database.Prepare("SELECT number, words, bytes FROM t ORDER BY id;");
        foreach (var (number, words, bytes) in rows)
        {
            Assert.True(select.Step());
            Assert.Equal(number, select.GetInt64(0));
            Assert.Equal(words, select.GetText(1));
            Assert.Equal(bytes, select.GetBlob(2));
            Assert.Equal(words is null, select.IsNull(1));
            Assert.Equal(bytes is null, select.IsNull(2));
        }
        Assert.False(select.Step());
    }

    [Fact]
    public void A_reset_statement_remembers_no_binding()
    {
        using var select = _database.Prepare("SELECT ?, ?");
        select.Bind(1, 7).Bind(2, "seven");
        Assert.True(select.Step());
        Assert.Equal("seven", select.GetText(1));
        select.Reset();
        select.Bind(1, 8).BindNull(1).Bind(1, 9);
        Assert.True(select.Step());
        Assert.Equal(9, select.GetInt64(0));
        Assert.True(select.IsNull(1));
    }

    [Fact, SupportedOSPlatform("linux")]
    public void The_files_are_for_their_owner_alone()
    {
        _database.Execute("CREATE TABLE t(a)");
        foreach (var name in (string[])["state.db", "state.db-wal", "state.db-shm"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf(name)));
    }

    [Fact]
    public void The_file_is_logged_ahead_and_synced()
    {
        Assert.Equal("wal", Text("PRAGMA journal_mode"));
        Assert.Equal("2", Text("PRAGMA synchronous"));
    }

    [Fact]
    public void A_file_opens_again_with_what_it_held()
    {
        _database.Execute("CREATE TABLE t(a); INSERT INTO t VALUES(42)");
        _database.Dispose();
        Assert.False(File.Exists(PathOf("state.db-wal")));
        using var again = SqliteDatabase.Open(PathOf("state.db"), BusyTimeout);
        using var select = again.Prepare("SELECT a FROM t");
        Assert.True(select.Step());
        Assert.Equal(42, select.GetInt64(0));
    }

    [Fact]
    public void An_uncommitted_transaction_is_undone()
    {
        _database.Execute("CREATE TABLE t(a)");
        using (var other = SqliteDatabase.Open(PathOf("state.db"), BusyTimeout))
            other.Execute("BEGIN IMMEDIATE; INSERT INTO t VALUES(1)");
        Assert.Equal("0", Text("SELECT count(*) FROM t"));
    }

    [Fact]
    public void Wrong_sql_is_told_with_sqlites_words()
    {
        var failure = Assert.Throws<SqliteException>(() => _database.Prepare("SELEKT 1"));
        Assert.Equal("SELEKT 1", failure.Operation);
        Assert.Equal(1, failure.Code);
        Assert.Equal("near \"SELEKT\": syntax error", failure.Reason);
        Assert.False(failure.IsBusy);
        Assert.Throws<SqliteException>(() => _database.Execute("INSERT INTO nowhere VALUES(1)"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  -- nothing")]
    [InlineData("SELECT 1; SELECT 2")]
    public void A_statement_is_exactly_one(string sql) =>
        Assert.Throws<ArgumentException>(() => _database.Prepare(sql));

    [Fact]
    public void A_violated_constraint_leaves_the_statement_usable()
    {
        _database.Execute("CREATE TABLE t(a UNIQUE)");
        using var insert = _database.Prepare("INSERT INTO t VALUES(?)");
        insert.Bind(1, 1).Run();
        var failure = Assert.Throws<SqliteException>(() => insert.Bind(1, 1).Run());
        Assert.Equal(2067, failure.Code);                   // SQLITE_CONSTRAINT_UNIQUE
        Assert.Contains("t.a", failure.Reason, StringComparison.Ordinal);
        insert.Bind(1, 2).Run();
        Assert.Equal("2", Text("SELECT count(*) FROM t"));
    }

    [Fact]
    public void Misuse_is_told()
    {
        using var select = _database.Prepare("SELECT ?");
        Assert.Throws<SqliteException>(() => select.Bind(2, 1));
        Assert.Throws<InvalidOperationException>(() => select.GetInt64(0));
        Assert.True(select.Step());
        Assert.Throws<ArgumentOutOfRangeException>(() => select.GetText(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => select.GetBlob(-1));
        Assert.Throws<SqliteException>(() => select.Bind(1, 1));
        select.Dispose();
        Assert.Throws<ObjectDisposedException>(() => select.Step());
        _database.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _database.Execute("SELECT 1"));
    }

    [Fact]
    public void A_file_that_is_no_database_is_told_and_kept()
    {
        var path = PathOf("notes.txt");
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("not a database\n", 100)));
        var failure = Assert.Throws<SqliteException>(() => SqliteDatabase.Open(path, BusyTimeout));
        Assert.Equal($"open {path} failed: file is not a database (SQLite code 26)", failure.Message);
        Assert.StartsWith("not a database", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_directory_is_told()
    {
        var path = PathOf("nowhere/state.db");
        var failure = Assert.Throws<SqliteException>(() => SqliteDatabase.Open(path, BusyTimeout));
        Assert.Equal($"create {path}", failure.Operation);
    }

    [Fact]
    public void A_directory_in_the_files_place_is_told()
    {
        var failure = Assert.Throws<SqliteException>(() => SqliteDatabase.Open(_directory.FullName, BusyTimeout));
        Assert.Contains(_directory.FullName, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_library_is_told()
    {
        LibSqlite.Require(LibSqlite.Name);
        var failure = Assert.Throws<SqliteException>(() => LibSqlite.Require("libsqlite3.so.99"));
        Assert.StartsWith(
            "load libsqlite3.so.99 failed: SQLite is missing: install the Debian package libsqlite3-0",
            failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forgotten_handles_close_in_any_order()
    {
        var path = PathOf("forgotten.db");
        Forget(path);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var database = SqliteDatabase.Open(path, TimeSpan.Zero);
        database.Execute("INSERT INTO t VALUES(2)");
        Assert.Equal(1, database.Changes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(string path)
    {
        var database = SqliteDatabase.Open(path, BusyTimeout);
        database.Execute("CREATE TABLE t(a); BEGIN IMMEDIATE; INSERT INTO t VALUES(1)");
        Assert.True(database.Prepare("SELECT 1").Step());
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    private string? Text(string sql)
    {
        using var statement = _database.Prepare(sql);
        Assert.True(statement.Step());
        return statement.GetText(0);
    }
}
