using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Sqlite;

/// <summary>A sqlite3_stmt*.</summary>
internal sealed class StatementHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public StatementHandle() : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        // What it returns is the last step's error, which was thrown then.
        _ = LibSqlite.sqlite3_finalize(handle);
        return true;
    }
}
