namespace Holdfast.Linux.Sqlite;

/// <summary>An operation on a database failed.</summary>
public sealed class SqliteException : Exception
{
    /// <summary>Carries the operation, SQLite's extended result code, and SQLite's words.</summary>
    public SqliteException(string operation, int code, string reason)
        : base($"{operation} failed: {reason} (SQLite code {code})")
    {
        Operation = operation;
        Code = code;
        Reason = reason;
    }

    /// <summary>What was tried: "open PATH", or the SQL.</summary>
    public string Operation { get; }

    /// <summary>SQLite's extended result code (sqlite.org/rescode.html); the low byte is the primary code.</summary>
    public int Code { get; }

    /// <summary>SQLite's words, or the system's.</summary>
    public string Reason { get; }

    /// <summary>Whether somebody else held the database for longer than the busy timeout.</summary>
    public bool IsBusy => (Code & 0xff) == LibSqlite.SQLITE_BUSY;
}
