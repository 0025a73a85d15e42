using Holdfast.Engine.Config;

namespace Holdfast.Engine.Routing;

/// <summary>What has to change until the kernel shows what is desired. Only what is this tunnel's own is ever
/// removed.</summary>
public sealed record RoutingDiff
{
    /// <summary>Entries to add, in order.</summary>
    public required ValueList<NetworkEntry> Adds { get; init; }

    /// <summary>Entries of this tunnel that are not desired, in order.</summary>
    public required ValueList<NetworkEntry> Removes { get; init; }

    /// <summary>Entries of others at this tunnel's interface or in its tables: shown, never touched.</summary>
    public required ValueList<NetworkEntry> Foreign { get; init; }

    /// <summary>Routes that can't be added while another one is in their slot.</summary>
    public required ValueList<RoutingClash> Clashes { get; init; }

    /// <summary>The state to bring the interface to; null when it is right, or should be gone.</summary>
    public LinkState? Link { get; init; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Adds.Count == 0 && Removes.Count == 0 && Link is null;

    /// <summary>The changes in the order in which they are safe. Addresses go before they come, because removing a
    /// primary IPv4 address takes its secondaries along; routes and rules come before others go, so that no packet
    /// finds a gap, and rules go before the routes that they lead to.</summary>
    public IEnumerable<RoutingStep> Steps
        => Removes.Where(e => e is AddressEntry).Select(e => new RoutingStep(true, e))
            .Concat(Adds.Select(e => new RoutingStep(false, e)))
            .Concat(Removes.Where(e => e is not AddressEntry).Select(e => new RoutingStep(true, e)));

    /// <summary>Compares what is desired for one tunnel with what the kernel shows.</summary>
    public static RoutingDiff Between(DesiredNetwork desired, ObservedNetwork observed)
    {
        var tables = OwnTables(desired, observed);
        var routes = new RouteComparison(desired.Routes, observed.Routes);
        NetworkEntry[] own =
        [
            .. OwnRules(observed, tables),
            .. observed.Routes.Where(r => r.IsHoldfasts && r.Device == desired.Device),
            .. observed.Addresses.Where(a => a.IsHoldfasts && a.Device == desired.Device),
        ];
        HashSet<NetworkEntry> wanted = [.. desired.Addresses, .. desired.Routes, .. desired.Rules];
        return new()
        {
            Link = desired.Link == observed.Link ? null : desired.Link,
            Adds = [.. MissingAddresses(desired, observed), .. routes.Missing, .. MissingRules(desired, observed)],
            Removes = [.. own.Where(e => !wanted.Contains(e))],
            Foreign = [.. ForeignEntries(desired, observed, tables)],
            Clashes = [.. routes.Clashes],
        };
    }

    // Our routes by our interface tell which tables are ours, also after a restart that remembers nothing.
    private static HashSet<uint> OwnTables(DesiredNetwork desired, ObservedNetwork observed)
    {
        var shown = observed.Routes.Where(r => r.IsHoldfasts && r.Device == desired.Device).Select(r => r.Table);
        HashSet<uint> tables = [.. desired.OwnTables, .. shown];
        tables.Remove(RoutingNumbers.MainTable);
        // A table that another tunnel's routes stand in is that one's, whatever a record says.
        tables.ExceptWith(observed.Routes
            .Where(r => r.IsHoldfasts && r.Device is not null && r.Device != desired.Device).Select(r => r.Table));
        return tables;
    }

    // The later priority first, so that removal never leaves all traffic to the tunnel without main before it.
    private static IEnumerable<RuleEntry> OwnRules(ObservedNetwork observed, HashSet<uint> tables)
    {
        var tunnelRules = observed.Rules
            .Where(r => r is { IsHoldfasts: true, Priority: RoutingNumbers.TunnelRulePriority }).ToArray();
        foreach (var rule in tunnelRules.Where(r => tables.Contains(r.Table))) yield return rule;
        // One rule for main serves all tunnels of a family; the last tunnel takes it along.
        foreach (var rule in observed.Rules)
        {
            if (rule is not { IsHoldfasts: true, Priority: RoutingNumbers.MainRulePriority }) continue;
            bool isLast = !tunnelRules.Any(r => r.Family == rule.Family && !tables.Contains(r.Table));
            if (isLast) yield return rule;
        }
    }

    private static IEnumerable<AddressEntry> MissingAddresses(DesiredNetwork desired, ObservedNetwork observed)
    {
        var shown = observed.Addresses.Select(a => (a.Device, a.Address)).ToHashSet();
        return desired.Addresses.Where(a => !shown.Contains((a.Device, a.Address)));
    }

    private static IEnumerable<RuleEntry> MissingRules(DesiredNetwork desired, ObservedNetwork observed)
    {
        var shown = observed.Rules.Select(r => r with { Protocol = RoutingNumbers.Protocol }).ToHashSet();
        return desired.Rules.Where(r => !shown.Contains(r));
    }

    private static IEnumerable<NetworkEntry> ForeignEntries(
        DesiredNetwork desired, ObservedNetwork observed, HashSet<uint> tables)
    {
        foreach (var address in observed.Addresses)
        {
            bool kernels = address.Protocol is > 0 and <= RoutingNumbers.LastKernelAddressProtocol;
            if (address.Device == desired.Device && !address.IsHoldfasts && !kernels) yield return address;
        }
        foreach (var route in observed.Routes)
        {
            bool mine = route.IsHoldfasts && route.Device == desired.Device;
            bool near = route.Device == desired.Device || tables.Contains(route.Table);
            if (near && !mine && route.Protocol != RoutingNumbers.KernelProtocol) yield return route;
        }
        foreach (var rule in observed.Rules)
            if (tables.Contains(rule.Table) && !rule.IsHoldfasts) yield return rule;
    }
}
