using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Sqlite;

/// <summary>A sqlite3*. SQLite itself keeps the connection until its last statement is finalized.</summary>
internal sealed class DatabaseHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public DatabaseHandle() : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle() => LibSqlite.sqlite3_close_v2(handle) == LibSqlite.SQLITE_OK;
}
