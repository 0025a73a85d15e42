using System.Globalization;
using Holdfast.Control;

namespace Holdfast.Rendering;

/// <summary>Paths for people: where they lead, how they are and why.</summary>
internal static class PathText
{
    /// <summary>A row for each.</summary>
    /// <param name="paths">The paths.</param>
    /// <param name="now">From when "ago" counts.</param>
    /// <param name="style">What the place can show.</param>
    internal static string Of(IReadOnlyList<ListedPath> paths, DateTimeOffset now, RenderStyle style)
    {
        if (paths.Count == 0) return "no peer has more than one way to it\n";
        var table = new TableText(style, "tunnel", "peer", "#", "path", "state", "since", "rtt", "rate", "lost to", "lost from", "sent", "share", "why");
        foreach (var (tunnel, peer, path) in paths)
        {
            table.Row(TintOf(path), tunnel, peer, path.Id.ToString(CultureInfo.InvariantCulture), WayOf(path), StateOf(path),
                Words.Ago(path.Since, now), RoundTripOf(path) ?? "-", RateOf(path) ?? "-", PartOf(path.Lost, path.LostOf) ?? "-",
                PartOf(path.LostFrom, path.LostFromOf) ?? "-", Words.Bytes(path.SentBytes), ShareOf(path) ?? "-",
                string.Join(", ", [path.Cause, .. UsesOf(path)]));
        }
        return table.ToString();
    }

    /// <summary>The parts of one line.</summary>
    internal static IReadOnlyList<string> Of(PathStatus path, DateTimeOffset now)
    {
        var parts = new List<string> { WayOf(path), StateOf(path), $"{path.Cause} {Words.Ago(path.Since, now)}" };
        if (RoundTripOf(path) is { } trip) parts.Add(trip);
        if (RateOf(path) is { } rate) parts.Add(rate);
        if (PartOf(path.Lost, path.LostOf) is { } loss) parts.Add($"{loss} lost");
        if (PartOf(path.LostFrom, path.LostFromOf) is { } lossFrom) parts.Add($"{lossFrom} lost from there");
        parts.Add($"{Words.Bytes(path.SentBytes)} sent");
        if (ShareOf(path) is { } share) parts.Add($"{share} of the traffic");
        parts.AddRange(UsesOf(path));
        return parts;
    }

    internal static Tint TintOf(PathStatus path) => path.State switch
    {
        "up" => Tint.Good,
        "down" => Tint.Bad,
        _ => Tint.Waiting,
    };

    private static string WayOf(PathStatus path) => (path.Uplink ?? path.LocalAddress) is { } by
        ? $"{by} to {path.Endpoint}" : $"to {path.Endpoint}";

    private static string StateOf(PathStatus path) => path.Carries ? $"{path.State}, carries" : path.State;

    private static string? RoundTripOf(PathStatus path) => path.RoundTripMilliseconds is not { } trip ? null
        : string.Create(CultureInfo.InvariantCulture, $"{trip:0.0} ms ± {path.JitterMilliseconds:0.0}");

    private static string? RateOf(PathStatus path) => path.Rate is not { } rate ? null
        : string.Create(CultureInfo.InvariantCulture, $"{rate / 1_000_000:0.#} Mbit/s");

    private static string? PartOf(long lost, long of) => of == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{100.0 * lost / of:0.##} %");

    private static string? ShareOf(PathStatus path) => path.Share is not { } share ? null
        : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");

    private static IEnumerable<string> UsesOf(PathStatus path)
    {
        if (path.Choice is { } choice) yield return path.Carries ? $"carries: {choice}" : $"stands by: {choice}";
        if (path.Wish is { } wish) yield return wish;
        if (path.IsBackup) yield return "backup";
        if (path.IsMetered) yield return "metered";
    }
}
