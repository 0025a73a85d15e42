using Holdfast.Protocol;

namespace Holdfast.Engine;

/// <summary>The names of drops as status shows them: StaleTimestamp is stale-timestamp.</summary>
internal static class DropNames
{
    private static readonly Drop[] Reasons = Enum.GetValues<Drop>();
    private static readonly string[] Names = [.. Reasons.Select(Kebab)];

    internal static string Of(Drop reason) => Names[(int)reason];

    internal static Dictionary<string, long> Of(DropCounters counters)
    {
        var counts = new Dictionary<string, long>();
        foreach (var reason in Reasons)
            if (reason != Drop.None && counters[reason] > 0) counts[Of(reason)] = counters[reason];
        return counts;
    }

    private static string Kebab(Drop reason) => string.Concat(reason.ToString()
        .Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
