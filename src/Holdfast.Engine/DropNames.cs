using Holdfast.Protocol;

namespace Holdfast.Engine;

/// <summary>The names of drops as status shows them: StaleTimestamp is stale-timestamp.</summary>
internal static class DropNames
{
    private static readonly string[] Names = [.. Enum.GetValues<Drop>().Select(Kebab)];

    internal static string Of(Drop reason) => Names[(int)reason];

    internal static Dictionary<string, long> Of(DropCounters counters)
    {
        var counts = new Dictionary<string, long>();
        foreach (var reason in Enum.GetValues<Drop>())
            if (reason != Drop.None && counters[reason] > 0) counts[Of(reason)] = counters[reason];
        return counts;
    }

    private static string Kebab(Drop reason) => string.Concat(reason.ToString()
        .Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
