using System.Text;

namespace Holdfast.Linux.Sqlite;

/// <summary>
/// A compiled statement: bind, step through the rows, reset, and again. Parameters count from 1, columns from 0, as in
/// SQLite.
/// </summary>
public sealed unsafe class SqliteStatement : IDisposable
{
    private readonly DatabaseHandle _database;
    private readonly StatementHandle _handle;
    private readonly string _sql;

    internal SqliteStatement(DatabaseHandle database, StatementHandle handle, string sql) =>
        (_database, _handle, _sql) = (database, handle, sql);

    /// <summary>Binds a number.</summary>
    /// <exception cref="SqliteException">No such parameter, or the statement has not been reset.</exception>
    public SqliteStatement Bind(int index, long value) =>
        Bound(LibSqlite.sqlite3_bind_int64(_handle, index, value));

    /// <summary>Binds text, or NULL.</summary>
    /// <exception cref="SqliteException">No such parameter, or the statement has not been reset.</exception>
    public SqliteStatement Bind(int index, string? value)
    {
        if (value is null) return BindNull(index);
        var bytes = Encoding.UTF8.GetBytes(value);
        // A null address would be NULL, which an empty text is not.
        byte none;
        fixed (byte* text = bytes)
            return Bound(LibSqlite.sqlite3_bind_text(
                _handle, index, text != null ? text : &none, bytes.Length, LibSqlite.Copied));
    }

    /// <summary>Binds bytes, which are copied.</summary>
    /// <exception cref="SqliteException">No such parameter, or the statement has not been reset.</exception>
    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        byte none;
        fixed (byte* bytes = value)
            return Bound(LibSqlite.sqlite3_bind_blob(
                _handle, index, bytes != null ? bytes : &none, value.Length, LibSqlite.Copied));
    }

    /// <summary>Binds NULL, which is also what a parameter holds that was not bound.</summary>
    /// <exception cref="SqliteException">No such parameter, or the statement has not been reset.</exception>
    public SqliteStatement BindNull(int index) => Bound(LibSqlite.sqlite3_bind_null(_handle, index));

    /// <summary>Goes to the next row.</summary>
    /// <returns>False after the last one; the statement waits for <see cref="Reset"/> then.</returns>
    /// <exception cref="SqliteException">It failed and has been reset; its bindings stay.</exception>
    public bool Step()
    {
        var result = LibSqlite.sqlite3_step(_handle);
        if (result == LibSqlite.SQLITE_ROW) return true;
        if (result == LibSqlite.SQLITE_DONE) return false;
        var failure = LibSqlite.Failure(_database, result, _sql);
        // A failed statement would keep its locks.
        _ = LibSqlite.sqlite3_reset(_handle);
        throw failure;
    }

    /// <summary>Runs the statement to its end and resets it.</summary>
    /// <exception cref="SqliteException">It failed; its bindings stay.</exception>
    public void Run()
    {
        while (Step())
        {
        }
        Reset();
    }

    /// <summary>Makes the statement ready to be bound and run again; every parameter is NULL then.</summary>
    public void Reset()
    {
        // Both only repeat the last step's error, which was thrown then.
        _ = LibSqlite.sqlite3_reset(_handle);
        _ = LibSqlite.sqlite3_clear_bindings(_handle);
    }

    /// <summary>Whether this row's column is NULL.</summary>
    public bool IsNull(int column) =>
        LibSqlite.sqlite3_column_type(_handle, Present(column)) == LibSqlite.SQLITE_NULL;

    /// <summary>This row's column as a number; 0 for NULL.</summary>
    public long GetInt64(int column) => LibSqlite.sqlite3_column_int64(_handle, Present(column));

    /// <summary>This row's column as text.</summary>
    public string? GetText(int column)
    {
        if (IsNull(column)) return null;
        var text = LibSqlite.sqlite3_column_text(_handle, column);
        return Encoding.UTF8.GetString(text, LibSqlite.sqlite3_column_bytes(_handle, column));
    }

    /// <summary>A copy of this row's column as bytes.</summary>
    public byte[]? GetBlob(int column)
    {
        if (IsNull(column)) return null;
        var bytes = LibSqlite.sqlite3_column_blob(_handle, column);
        return new ReadOnlySpan<byte>(bytes, LibSqlite.sqlite3_column_bytes(_handle, column)).ToArray();
    }

    /// <summary>Frees the statement.</summary>
    public void Dispose() => _handle.Dispose();

    private SqliteStatement Bound(int result)
    {
        LibSqlite.Check(_database, result, _sql);
        return this;
    }

    /// <summary>SQLite leaves open what reading a column gives that is not there.</summary>
    private int Present(int column)
    {
        var columns = LibSqlite.sqlite3_data_count(_handle);
        if (columns == 0) throw new InvalidOperationException("the statement is at no row");
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, columns);
        return column;
    }
}
