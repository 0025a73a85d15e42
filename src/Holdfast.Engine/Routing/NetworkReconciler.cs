using System.Net.Sockets;
using Holdfast.Control;
using Holdfast.Engine.Config;
using Holdfast.Linux;
using Holdfast.Linux.Netlink;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Routing;

/// <summary>
/// Makes the kernel show what a tunnel declares: reads it, compares, applies the difference one step at a time. The only
/// place that changes addresses, routes, rules, the tunnel's nftables table and its kernel settings. One thread at a time.
/// </summary>
internal sealed class NetworkReconciler(string device, ILogger log) : IDisposable
{
    /// <summary>Endpoints whose way is asked for its MTU: enough for any site; a hub's thousands share their uplinks.</summary>
    private const int EndpointsAsked = 64;

    /// <summary>The text that marks our devices (ifalias), so that an engine knows what an earlier one left.</summary>
    internal const string Alias = "holdfast";

    /// <summary>How often what was applied is compared with what came of it.</summary>
    private const int ReadBacks = 2;

    private readonly RouteSocket _kernel = new();

    /// <summary>
    /// What the host says about the ways to the endpoints, and which table is free. Asked with the mark that the tunnel's own
    /// datagrams carry: a way that leads into the tunnel itself says nothing.
    /// </summary>
    internal NetworkFacts FactsFor(TunnelConfig config, IEnumerable<System.Net.IPAddress> endpoints)
    {
        var table = TunnelTables.Choose(config, Observe());
        var self = _kernel.Link(device)?.Index ?? 0;
        var mtus = endpoints.Distinct().Take(EndpointsAsked).Select(a => MtuTowards(a, config.FwMark ?? table, self));
        return new NetworkFacts(table, [.. mtus.OfType<int>()], DefaultMtu(self), Linux.Files.Ipv6.IsOn);
    }

    /// <summary>Reads what the kernel shows, ours and others'.</summary>
    internal ObservedNetwork Observe()
    {
        var links = _kernel.Links();
        var names = links.ToDictionary(l => l.Index, l => l.Name);
        var link = links.FirstOrDefault(l => l.Name == device);
        return new ObservedNetwork
        {
            Link = link is null ? null : new LinkState(link.Name, link.Mtu, link.IsUp),
            Addresses = link is null ? [] : [.. AddressesOf(link).Select(AddressEntryOf)],
            Routes = [.. Families.SelectMany(Routes).Where(r => r.Table != Route.LocalTable).Select(RouteEntryOf)],
            Rules = [.. Families.SelectMany(Rules).Select(RuleEntryOf)],
        };

        AddressEntry AddressEntryOf(AddressState a) =>
            new(device, new InterfaceAddress(a.Address, (byte)a.PrefixLength), a.Protocol);

        RouteEntry RouteEntryOf(Route r) => new(
            r.Destination, r.Table, names.GetValueOrDefault(r.InterfaceIndex), r.Metric, r.Protocol);
    }

    // A link may go between two looks, and its addresses with it.
    private IEnumerable<AddressState> AddressesOf(Linux.Netlink.LinkState link)
    {
        try
        {
            return _kernel.Addresses(link.Index);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENODEV)
        {
            return [];
        }
    }

    // A kernel without IPv6 shows the other family's routes when it is asked for IPv6's.
    private IEnumerable<Route> Routes(AddressFamily family) =>
        _kernel.Routes(family).Where(r => r.Destination.BaseAddress.AddressFamily == family);

    private IEnumerable<PolicyRule> Rules(AddressFamily family)
    {
        try
        {
            return _kernel.Rules(family);
        }
        catch (LinuxException e) when (e.Errno == Errno.EAFNOSUPPORT)
        {
            return []; // the host has no such family
        }
    }

    /// <summary>Applies what is missing and removes what is ours and not wanted.</summary>
    /// <param name="desired">What the host should show.</param>
    /// <param name="hadFirewall">Whether a table of ours may be there that is not wanted any more.</param>
    /// <exception cref="LinuxException">The kernel refuses a step; the text names it.</exception>
    internal void Apply(DesiredNetwork desired, bool hadFirewall = false)
    {
        var diff = RoutingDiff.Between(desired, Observe());
        Apply(desired, diff, hadFirewall);
        // With the last address of a family the kernel takes the routes by that device along: read back what is there.
        for (var pass = 0; pass < ReadBacks && !(diff = RoutingDiff.Between(desired, Observe())).IsEmpty; pass++)
            Apply(desired, diff, hadFirewall: false);
    }

    private void Apply(DesiredNetwork desired, RoutingDiff diff, bool hadFirewall)
    {
        if (diff.Clashes.Count > 0)
        {
            var clash = diff.Clashes[0];
            throw new LinuxException($"add route {clash.Wanted.Destination} by {device}", Errno.EEXIST,
                $"{clash.InTheWay.Device ?? "another route"} has it in table {clash.InTheWay.Table}; " +
                "remove that route, or set Table = off");
        }
        var index = _kernel.Link(device)?.Index
            ?? throw new LinuxException($"set up {device}", Errno.ENODEV, "the device is gone");
        if (diff.Link is { } link) _kernel.SetMtu(index, link.Mtu);
        foreach (var step in diff.Steps.Where(s => s.Entry is AddressEntry)) Apply(step, index);
        if (diff.Link is { Up: true }) _kernel.SetUp(index, true);
        foreach (var sysctl in desired.Sysctls) Linux.Files.Sysctl.Write(sysctl.Name, sysctl.Value);
        if (desired.Firewall is { } script) Nft.Run(script, log);
        else if (hadFirewall) Nft.Run(TunnelFirewall.Removal(device), log);
        foreach (var step in diff.Steps.Where(s => s.Entry is not AddressEntry)) Apply(step, index);
    }

    /// <summary>
    /// Takes away all that is this tunnel's. The device itself is its owner's to remove, or ours with
    /// <paramref name="deviceToo"/> when no owner is left.
    /// </summary>
    internal void Remove(RunRecord record, bool deviceToo)
    {
        var observed = Observe();
        var nothing = DesiredNetwork.Nothing(device, [.. record.Tables]);
        var index = _kernel.Link(device)?.Index ?? 0;
        foreach (var step in RoutingDiff.Between(nothing, observed).Steps)
            Try($"remove {step.Entry}", () => Apply(step, index));
        if (record.HasFirewall) Try("remove the nftables table", () => Nft.Run(TunnelFirewall.Removal(device), log));
        if (deviceToo && index != 0) Try($"delete {device}", () => _kernel.DeleteLink(index));
    }

    // One thing that can't be removed must not keep the rest here.
    private void Try(string what, Action removal)
    {
        try
        {
            removal();
        }
        catch (LinuxException e) when (IsGone(e))
        {
            Log.NetworkGone(log, what); // it went with something else
        }
        catch (IOException e)
        {
            Log.NetworkStays(log, what, e.Message);
        }
    }

    private static bool IsGone(LinuxException e) =>
        e.Errno is Errno.ENOENT or Errno.ESRCH or Errno.ENODEV or Errno.EADDRNOTAVAIL;

    /// <summary>The device's addresses, but for those that the kernel made itself.</summary>
    internal IEnumerable<InterfaceAddress> Addresses() => Observe().Addresses
        .Where(a => a.Device == device && a.Protocol is 0 or > RoutingNumbers.LastKernelAddressProtocol).Select(a => a.Address);

    /// <summary>Marks the device as ours.</summary>
    internal void MarkDevice()
    {
        if (_kernel.Link(device) is { } link && link.Alias != Alias) _kernel.SetAlias(link.Index, Alias);
    }

    /// <summary>Whether a device of this name is there, and whether it bears our mark.</summary>
    internal (bool Exists, bool IsOurs) DeviceState() =>
        _kernel.Link(device) is { } link ? (true, link.Alias == Alias) : (false, false);

    /// <summary>Whether some tunnel's rule still needs marks to count as valid sources.</summary>
    internal bool OthersTakeAll() => Observe().Rules
        .Any(r => r is { IsHoldfasts: true, Priority: RoutingNumbers.TunnelRulePriority, Family: AddressFamily.InterNetwork });

    public void Dispose() => _kernel.Dispose();

    private static readonly AddressFamily[] Families = [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];

    private void Apply(RoutingStep step, int index)
    {
        try
        {
            TryApply(step, index);
        }
        catch (LinuxException e) when (step.IsRemoval && IsGone(e))
        {
            Log.NetworkGone(log, $"{step.Entry}"); // it went with something else
        }
        catch (LinuxException e) when (e.Errno == Errno.EACCES && !step.IsRemoval)
        {
            throw new LinuxException(e.Operation, e.Errno, "IPv6 is off for new interfaces; leave it out of the file, or "
                + "`sysctl -w net.ipv6.conf.default.disable_ipv6=0`");
        }
    }

    private void TryApply(RoutingStep step, int index)
    {
        Log.NetworkStep(log, step.IsRemoval ? "remove" : "add", step.Entry.ToString());
        switch (step.Entry)
        {
            case AddressEntry a:
                var address = new AddressState
                {
                    InterfaceIndex = index,
                    Address = a.Address.Address,
                    PrefixLength = a.Address.PrefixLength,
                    Protocol = a.Protocol,
                    // Nobody else can have it; and it can be bound as soon as the tunnel is up.
                    Flags = a.Address.Address.AddressFamily == AddressFamily.InterNetworkV6
                        ? AddressFlags.NoDuplicateDetection
                        : AddressFlags.None,
                };
                if (step.IsRemoval) _kernel.DeleteAddress(address);
                else _kernel.AddAddress(address);
                break;
            case RouteEntry r:
                var route = new Route
                {
                    Destination = r.Destination,
                    Table = r.Table,
                    InterfaceIndex = index,
                    Metric = r.Metric,
                    Protocol = r.Protocol,
                };
                if (step.IsRemoval) _kernel.DeleteRoute(route);
                else _kernel.AddRoute(route);
                break;
            case RuleEntry r:
                var rule = new PolicyRule
                {
                    Family = r.Family,
                    Priority = r.Priority,
                    Table = r.Table,
                    Mark = r.Mark is { } mark ? new FirewallMark(mark) : null,
                    Invert = r.Invert,
                    SuppressPrefixLength = r.SuppressPrefixLength,
                    Protocol = r.Protocol,
                };
                if (step.IsRemoval) _kernel.DeleteRule(rule);
                else _kernel.AddRule(rule);
                break;
        }
    }

    private static RuleEntry RuleEntryOf(PolicyRule rule)
    {
        var plain = new PolicyRule
        {
            Family = rule.Family,
            Priority = rule.Priority,
            Table = rule.Table,
            Mark = rule.Mark,
            Invert = rule.Invert,
            SuppressPrefixLength = rule.SuppressPrefixLength,
            Protocol = rule.Protocol,
        };
        var hasMore = rule != plain || rule.Mark is { Mask: not uint.MaxValue };
        return new RuleEntry(rule.Family, rule.Priority, rule.Table, rule.Mark?.Value, rule.Invert,
            rule.SuppressPrefixLength, rule.Protocol)
        { More = hasMore ? rule.ToString() : "" };
    }

    private int? MtuTowards(System.Net.IPAddress address, uint mark, int self)
    {
        try
        {
            var route = _kernel.Lookup(new RouteQuery { Destination = address, Mark = mark });
            return route is not null && route.InterfaceIndex != self ? MtuOf(route) : null;
        }
        catch (LinuxException)
        {
            return null; // no way there yet
        }
    }

    private int? DefaultMtu(int self) => Families.SelectMany(Routes)
        .Where(r => r is { Destination.PrefixLength: 0, Table: Route.MainTable, InterfaceIndex: > 0 })
        .Where(r => r.InterfaceIndex != self).Select(MtuOf).FirstOrDefault();

    private int? MtuOf(Route route) => route.Mtu > 0 ? (int)route.Mtu : _kernel.Link(route.InterfaceIndex)?.Mtu;
}
