using System.Net;
using Holdfast.Linux.Sqlite;

namespace Holdfast.LabTests.Soak;

/// <summary>What a host's state directory holds.</summary>
internal static class KeptRows
{
    private const string Place = "/var/lib/holdfast";

    /// <summary>The most that the files may take together: a handful of rows and a log that SQLite starts
    /// over.</summary>
    private const long MostBytes = 5 << 20;

    /// <summary>The files, and every row without what changes with time and place, as text that can be
    /// compared.</summary>
    public static string Of(Host host)
    {
        var lines = Directory.GetFiles(host.PathOf(Place)).Select(f => Path.GetFileName(f))
            .Order(StringComparer.Ordinal).ToList();
        using var database = SqliteDatabase.Open(Copy(host), TimeSpan.FromSeconds(10));
        string[] questions =
        [
            "SELECT 'peer ' || tunnel || ' ' || public_key || ' ' || configured FROM peer",
            "SELECT 'timestamps ' || tunnel FROM timestamps",
            "SELECT 'listening ' || tunnel FROM listening",
        ];
        foreach (var question in questions)
        {
            using var rows = database.Prepare($"{question} ORDER BY 1");
            while (rows.Step())
                lines.Add(rows.GetText(0)!);
        }
        return string.Join('\n', lines);
    }

    /// <summary>Where a tunnel's peer was last, as address:port; empty if that is not there.</summary>
    public static string Endpoint(Host host, string tunnel, string peer)
    {
        if (!File.Exists(host.PathOf($"{Place}/holdfast.db")))
            return "";
        using var database = SqliteDatabase.Open(Copy(host), TimeSpan.FromSeconds(10));
        using var row = database.Prepare("SELECT address, port FROM peer WHERE tunnel = ? AND public_key = ?");
        row.Bind(1, tunnel).Bind(2, peer);
        return row.Step() ? new IPEndPoint(new IPAddress(row.GetBlob(0)!), (int)row.GetInt64(1)).ToString() : "";
    }

    // SQLite would follow the link /proc/PID/root to a place that is not the host's. The file and its log without the
    // index, which it makes again, are what a kill would have left at this moment.
    private static string Copy(Host host)
    {
        var copy = Path.Combine(host.Lab.Directory, $"{host.Name}.db");
        foreach (var part in new[] { "", "-wal" })
        {
            File.Delete(copy + part);
            var original = host.PathOf($"{Place}/holdfast.db{part}");
            if (File.Exists(original))
                File.Copy(original, copy + part);
        }
        return copy;
    }

    /// <summary>Bytes of all files.</summary>
    public static long Bytes(Host host)
        => new DirectoryInfo(host.PathOf(Place)).GetFiles().Sum(f => f.Length);

    /// <summary>Demands that the rows are those from before, and the files bounded.</summary>
    public static void AreAgain(Host host, string before)
    {
        Assert.Equal(before, Of(host));
        Assert.InRange(Bytes(host), 1, MostBytes);
    }
}
