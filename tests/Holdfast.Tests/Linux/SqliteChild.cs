using System.Diagnostics;
using System.Runtime.CompilerServices;
using Holdfast.Linux.Sqlite;

namespace Holdfast.Tests.Linux;

/// <summary>
/// A second process that writes to a database. It is this test executable, started with a task in its environment,
/// which it does before the test runner would begin.
/// </summary>
internal sealed class SqliteChild : IDisposable
{
    private const string TaskVariable = "HOLDFAST_TESTS_SQLITE_TASK";
    private const string PathVariable = "HOLDFAST_TESTS_SQLITE_PATH";

    /// <summary>Rows in each of the child's transactions, each with a kilobyte.</summary>
    public const int RowsTogether = 40;

    public static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private SqliteChild(string task, string path)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Holdfast.Tests"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { [TaskVariable] = task, [PathVariable] = path },
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("no process");
    }

    /// <summary>Adds one to a counter so often, each time in a transaction of its own; then ends.</summary>
    public static SqliteChild Counting(string path, int times) => new($"count {times}", path);

    /// <summary>Commits transactions, printing the number of each once it is committed, until it is killed.</summary>
    public static SqliteChild Committing(string path) => new("commit", path);

    /// <summary>Commits one transaction, writes half of another, prints "half", and waits to be killed.</summary>
    public static SqliteChild Stopping(string path) => new("stop", path);

    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>What is left of the output, and the exit code, once the child ended.</summary>
    public (string Output, int ExitCode) End()
    {
        var rest = _process.StandardOutput.ReadToEnd();
        if (!_process.WaitForExit(TimeSpan.FromMinutes(1))) throw new TimeoutException("the child goes on");
        return (rest, _process.ExitCode);
    }

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    public static void CreateTables(SqliteDatabase database) => database.Execute(
        "CREATE TABLE counter(value INTEGER NOT NULL); INSERT INTO counter VALUES(0);" +
        "CREATE TABLE line(batch INTEGER NOT NULL, body BLOB NOT NULL)");

    public static void Count(SqliteDatabase database, int times)
    {
        using var add = database.Prepare("UPDATE counter SET value = value + 1");
        for (var i = 0; i < times; i++) add.Run();
    }

    [ModuleInitializer]
    internal static void BecomeChild()
    {
        if (Environment.GetEnvironmentVariable(TaskVariable) is not { } task) return;
        using (var database = SqliteDatabase.Open(Environment.GetEnvironmentVariable(PathVariable)!, BusyTimeout))
        {
            var words = task.Split(' ');
            if (words[0] == "count") Count(database, int.Parse(words[1], null));
            else if (words[0] == "commit") CommitForEver(database);
            else if (words[0] == "stop") CommitAndStop(database);
        }
        Environment.Exit(0);
    }

    private static void CommitForEver(SqliteDatabase database)
    {
        for (var batch = 1; ; batch++)
        {
            database.Execute("BEGIN IMMEDIATE");
            Insert(database, batch, RowsTogether);
            database.Execute("COMMIT");
            Console.WriteLine(batch);
        }
    }

    private static void CommitAndStop(SqliteDatabase database)
    {
        // A cache of ten pages, so that the half transaction reaches the file.
        database.Execute("PRAGMA cache_size = 10; BEGIN IMMEDIATE");
        Insert(database, 1, RowsTogether);
        database.Execute("COMMIT; BEGIN IMMEDIATE");
        Insert(database, 2, RowsTogether / 2);
        Console.WriteLine("half");
        Console.ReadLine();
    }

    private static void Insert(SqliteDatabase database, int batch, int rows)
    {
        using var insert = database.Prepare("INSERT INTO line VALUES(?, ?)");
        var body = new byte[1000];
        for (var i = 0; i < rows; i++) insert.Bind(1, batch).Bind(2, body).Run();
    }
}
