using System.Globalization;
using Holdfast.Control;

namespace Holdfast.Rendering;

/// <summary>Uplinks for people: a row each, and below them what stands in their way.</summary>
internal static class UplinkText
{
    /// <summary>Uplinks in the given order.</summary>
    /// <param name="uplinks">The uplinks.</param>
    /// <param name="now">From when "ago" counts.</param>
    /// <param name="style">What the place can show.</param>
    internal static string Of(IReadOnlyList<UplinkStatus> uplinks, DateTimeOffset now, RenderStyle style)
    {
        if (uplinks.Count == 0) return "no uplink: no interface has a default route\n";
        var table = new TableText(style, "uplink", "state", "since", "addresses", "gateway", "weight", "use");
        foreach (var uplink in uplinks)
        {
            table.Row(uplink.Up ? Tint.Good : Tint.Bad, uplink.Interface,
                uplink.Reason ?? "up", Words.Ago(uplink.Since, now), List(uplink.Addresses),
                List([.. new[] { uplink.GatewayV4, uplink.GatewayV6 }.OfType<string>()]),
                uplink.Weight.ToString(CultureInfo.InvariantCulture), List(UsesOf(uplink)));
        }
        foreach (var uplink in uplinks.Where(u => u.Warning is not null)) table.Note($"{uplink.Interface}: {uplink.Warning}");
        return table.ToString();
    }

    private static string[] UsesOf(UplinkStatus uplink) =>
        [.. new[] { (uplink.Metered, "metered"), (uplink.Backup, "backup") }.Where(use => use.Item1).Select(use => use.Item2)];

    private static string List(IReadOnlyCollection<string> items) => items.Count == 0 ? "-" : string.Join(", ", items);
}
