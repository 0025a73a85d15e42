using System.Globalization;

namespace Holdfast.Rendering;

/// <summary>Numbers as people read them; the wg tool's forms, where it has one.</summary>
internal static class Words
{
    private static readonly (long Seconds, string Name)[] Units =
        [(365 * 86400, "year"), (86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];

    private static readonly string[] ByteUnits = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>"1 hour, 3 seconds"; "0 seconds" below one.</summary>
    internal static string Duration(TimeSpan duration)
    {
        var parts = new List<string>();
        var left = Math.Max(0, (long)duration.TotalSeconds);
        foreach (var (seconds, name) in Units)
        {
            var (count, rest) = Math.DivRem(left, seconds);
            if (count > 0) parts.Add(Count(count, name));
            left = rest;
        }
        return parts.Count == 0 ? "0 seconds" : string.Join(", ", parts);
    }

    /// <summary>"1 minute, 3 seconds ago", "now", or that the clock went back.</summary>
    internal static string Ago(DateTimeOffset then, DateTimeOffset now)
    {
        if (then - now >= TimeSpan.FromSeconds(1)) return "in the future: this machine's clock went back";
        return now - then < TimeSpan.FromSeconds(1) ? "now" : Duration(now - then) + " ago";
    }

    /// <summary>"148 B", "1.20 KiB".</summary>
    internal static string Bytes(long bytes)
    {
        if (bytes < 1024) return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
        var unit = -1;
        double value = bytes;
        // What would be printed as 1024.00 is one of the next unit.
        while (value >= 1023.995 && unit < ByteUnits.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{value:F2} {ByteUnits[Math.Max(0, unit)]}");
    }

    /// <summary>"1 peer", "2 peers".</summary>
    internal static string Count(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
