using System.Diagnostics;
using System.Text;

namespace Holdfast.Linux.Sqlite;

/// <summary>
/// A connection to one SQLite file, through the system's library. Several processes may write to the same file: each
/// commit is whole and on disk when it returns, whoever is killed when. Begin a transaction that will write with BEGIN
/// IMMEDIATE, so that it waits its turn instead of failing half-way. One thread uses a connection at a time.
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    private static readonly Lock Creating = new();

    private readonly DatabaseHandle _handle;

    private SqliteDatabase(DatabaseHandle handle) => _handle = handle;

    /// <summary>Rows that the last INSERT, UPDATE or DELETE changed.</summary>
    public int Changes => LibSqlite.sqlite3_changes(_handle);

    /// <summary>
    /// Opens a file, or makes one that only its owner may read (mode 0600; its log gets the same mode).
    /// </summary>
    /// <param name="path">The file; its directory exists and is on a local file system.</param>
    /// <param name="busyTimeout">How long each operation waits while another connection holds the file.</param>
    /// <exception cref="SqliteException">It can't be made or opened, is no database, stays busy, or the library is
    /// missing.</exception>
    public static SqliteDatabase Open(string path, TimeSpan busyTimeout)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(busyTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(busyTimeout.TotalMilliseconds, int.MaxValue);
        LibSqlite.Require(LibSqlite.Name);

        path = Path.GetFullPath(path);
        Create(path);
        // FULLMUTEX, because a forgotten statement is finalized on the collector's thread.
        const int Flags = LibSqlite.SQLITE_OPEN_READWRITE | LibSqlite.SQLITE_OPEN_FULLMUTEX;
        var operation = $"open {path}";
        var result = LibSqlite.sqlite3_open_v2(path, out var handle, Flags, 0);
        try
        {
            // Even a failed open leaves a handle that knows why, unless memory is short.
            if (handle.IsInvalid) throw new SqliteException(operation, result, "out of memory");
            LibSqlite.Check(handle, result, operation);
            var opened = new SqliteDatabase(handle);
            opened.Configure(busyTimeout);
            return opened;
        }
        catch (SqliteException e) when (e.Operation != operation)
        {
            // Which of our settings met the trouble first tells the operator less than the file's name.
            handle.Dispose();
            throw new SqliteException(operation, e.Code, e.Reason);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Runs one or more statements whose rows nobody wants.</summary>
    /// <exception cref="SqliteException">The first statement that failed; those before it took effect.</exception>
    public void Execute(string sql) => LibSqlite.Check(_handle, LibSqlite.sqlite3_exec(_handle, sql, 0, 0, 0), sql);

    /// <summary>Compiles one statement; it can be run many times and is disposed before the database.</summary>
    /// <exception cref="SqliteException">The SQL has an error.</exception>
    /// <exception cref="ArgumentException">It holds no statement, or more than one.</exception>
    public unsafe SqliteStatement Prepare(string sql)
    {
        ArgumentException.ThrowIfNullOrEmpty(sql);
        var bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* text = bytes)
        {
            var result = LibSqlite.sqlite3_prepare_v2(_handle, text, bytes.Length, out var statement, out var tail);
            if (result != LibSqlite.SQLITE_OK)
            {
                statement.Dispose();
                throw LibSqlite.Failure(_handle, result, sql);
            }
            if (!statement.IsInvalid && bytes.AsSpan((int)(tail - text)).Trim(" \t\r\n"u8).IsEmpty)
                return new SqliteStatement(_handle, statement, sql);
            statement.Dispose();
        }
        throw new ArgumentException($"not one statement: {sql}", nameof(sql));
    }

    /// <summary>Closes the connection; a transaction that was not committed is undone.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>
    /// SQLite would make the file readable for everybody. Closing a descriptor of ours drops the locks that this
    /// process holds on the file (fcntl(2)), so none is ever opened on a file that a connection may already use.
    /// </summary>
    private static void Create(string path)
    {
        lock (Creating)
        {
            if (File.Exists(path)) return;
            try
            {
                new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    Share = FileShare.ReadWrite,
#pragma warning disable CA1416 // Holdfast runs on Linux alone.
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
#pragma warning restore CA1416
                }).Dispose();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process may have been faster; its file is as good as ours.
                if (!File.Exists(path))
                    throw new SqliteException($"create {path}", LibSqlite.SQLITE_CANTOPEN, e.Message);
            }
        }
    }

    private void Configure(TimeSpan busyTimeout)
    {
        LibSqlite.Check(_handle, LibSqlite.sqlite3_extended_result_codes(_handle, 1), "sqlite3_extended_result_codes");
        LibSqlite.Check(
            _handle, LibSqlite.sqlite3_busy_timeout(_handle, (int)busyTimeout.TotalMilliseconds),
            "sqlite3_busy_timeout");
        KeepLog(busyTimeout);
        // In the log's mode FULL is what makes a commit survive the loss of power.
        Execute("PRAGMA synchronous = FULL");
    }

    /// <summary>
    /// With a write-ahead log a commit costs one fsync, readers and a writer don't wait for each other, and whoever
    /// opens the file after a kill takes up every whole transaction in the log. The mode stays with the file.
    /// </summary>
    private void KeepLog(TimeSpan busyTimeout)
    {
        const string Change = "PRAGMA journal_mode = WAL";
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var change = Prepare(Change);
                var mode = change.Step() ? change.GetText(0) : null;
                if (mode == "wal") return;
                throw new SqliteException(Change, LibSqlite.SQLITE_CANTOPEN, $"journal mode is {mode}, not wal");
            }
            catch (SqliteException e) when (e.IsBusy && Stopwatch.GetElapsedTime(started) < busyTimeout)
            {
                // Two processes that both change a fresh file's mode would wait for each other, so SQLite fails one
                // at once. Taking the write lock waits for the winner, within the busy timeout.
                Execute("BEGIN IMMEDIATE; ROLLBACK");
            }
        }
    }
}
