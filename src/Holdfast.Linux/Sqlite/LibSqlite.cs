using System.Runtime.InteropServices;

// The tests look for a library that doesn't exist.

namespace Holdfast.Linux.Sqlite;

/// <summary>The functions of the system's SQLite 3 that we use, under their own names (sqlite3.h).</summary>
internal static unsafe partial class LibSqlite
{
    internal const string Name = "libsqlite3.so.0";

    // sqlite3.h
    internal const int SQLITE_OK = 0;
    internal const int SQLITE_BUSY = 5;
    internal const int SQLITE_CANTOPEN = 14;
    internal const int SQLITE_MISUSE = 21;
    internal const int SQLITE_ROW = 100;
    internal const int SQLITE_DONE = 101;
    internal const int SQLITE_NULL = 5;
    internal const int SQLITE_OPEN_READWRITE = 0x2;
    internal const int SQLITE_OPEN_FULLMUTEX = 0x10000;

    /// <summary>SQLITE_TRANSIENT: the library copies what is bound before the call returns.</summary>
    internal const nint Copied = -1;

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sqlite3_open_v2(string path, out DatabaseHandle database, int flags, nint vfs);

    [LibraryImport(Name)]
    internal static partial int sqlite3_close_v2(nint database);

    [LibraryImport(Name)]
    internal static partial int sqlite3_extended_result_codes(DatabaseHandle database, int on);

    [LibraryImport(Name)]
    internal static partial int sqlite3_busy_timeout(DatabaseHandle database, int milliseconds);

    [LibraryImport(Name)]
    internal static partial nint sqlite3_errmsg(DatabaseHandle database);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sqlite3_exec(
        DatabaseHandle database, string sql, nint callback, nint argument, nint message);

    [LibraryImport(Name)]
    internal static partial int sqlite3_changes(DatabaseHandle database);

    [LibraryImport(Name)]
    internal static partial int sqlite3_prepare_v2(
        DatabaseHandle database, byte* sql, int length, out StatementHandle statement, out byte* tail);

    [LibraryImport(Name)]
    internal static partial int sqlite3_finalize(nint statement);

    [LibraryImport(Name)]
    internal static partial int sqlite3_step(StatementHandle statement);

    [LibraryImport(Name)]
    internal static partial int sqlite3_reset(StatementHandle statement);

    [LibraryImport(Name)]
    internal static partial int sqlite3_clear_bindings(StatementHandle statement);

    [LibraryImport(Name)]
    internal static partial int sqlite3_bind_int64(StatementHandle statement, int index, long value);

    [LibraryImport(Name)]
    internal static partial int sqlite3_bind_null(StatementHandle statement, int index);

    [LibraryImport(Name)]
    internal static partial int sqlite3_bind_text(
        StatementHandle statement, int index, byte* value, int length, nint destructor);

    [LibraryImport(Name)]
    internal static partial int sqlite3_bind_blob(
        StatementHandle statement, int index, byte* value, int length, nint destructor);

    [LibraryImport(Name)]
    internal static partial int sqlite3_data_count(StatementHandle statement);

    [LibraryImport(Name)]
    internal static partial int sqlite3_column_type(StatementHandle statement, int column);

    [LibraryImport(Name)]
    internal static partial long sqlite3_column_int64(StatementHandle statement, int column);

    [LibraryImport(Name)]
    internal static partial byte* sqlite3_column_text(StatementHandle statement, int column);

    [LibraryImport(Name)]
    internal static partial byte* sqlite3_column_blob(StatementHandle statement, int column);

    [LibraryImport(Name)]
    internal static partial int sqlite3_column_bytes(StatementHandle statement, int column);

    /// <summary>Throws an exception that says what to install, if the library can't be loaded.</summary>
    internal static void Require(string library)
    {
        if (NativeLibrary.TryLoad(library, out _)) return;
        throw new SqliteException(
            $"load {library}", SQLITE_CANTOPEN, "SQLite is missing: install the Debian package libsqlite3-0");
    }

    /// <summary>Throws the database's last error, unless the result is SQLITE_OK.</summary>
    internal static void Check(DatabaseHandle database, int result, string operation)
    {
        if (result != SQLITE_OK) throw Failure(database, result, operation);
    }

    /// <summary>The database's last error. Read before the next call on the same database.</summary>
    internal static SqliteException Failure(DatabaseHandle database, int result, string operation) =>
        new(operation, result, Marshal.PtrToStringUTF8(sqlite3_errmsg(database)) ?? "no reason given");
}
