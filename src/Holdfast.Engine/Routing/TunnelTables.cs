using Holdfast.Engine.Config;

namespace Holdfast.Engine.Routing;

/// <summary>Chooses the table of a tunnel that takes all traffic, as wg-quick does.</summary>
public static class TunnelTables
{
    /// <summary>The configured mark, if any; else the table that the tunnel has from before; else the first one
    /// without routes from <see cref="RoutingNumbers.FirstTunnelTable"/> on.</summary>
    public static uint Choose(TunnelConfig config, ObservedNetwork observed)
    {
        if (config.FwMark is { } mark) return mark;
        var used = observed.Routes.Select(r => r.Table).Concat(observed.Rules.Select(r => r.Table)).ToHashSet();
        uint own = observed.Routes
            .Where(r => r.IsHoldfasts && r.Device == config.Name && r.Destination.PrefixLength == 0)
            .Select(r => r.Table).FirstOrDefault(t => t >= RoutingNumbers.FirstTunnelTable);
        if (own != 0) return own;
        uint table = RoutingNumbers.FirstTunnelTable;
        while (used.Contains(table)) table++;
        return table;
    }
}
