using System.Net;
using System.Net.Sockets;
using Holdfast.Engine.Config;

namespace Holdfast.Engine.Routing;

/// <summary>What the host should show for one tunnel.</summary>
public sealed record DesiredNetwork
{
    // The strict reverse path filter counts the mark of an answer only with this.
    private static readonly Sysctl ValidMark = new("net.ipv4.conf.all.src_valid_mark", "1");

    /// <summary>The name of the tunnel's interface.</summary>
    public required string Device { get; init; }

    /// <summary>The interface; null when it should be gone.</summary>
    public LinkState? Link { get; init; }

    /// <summary>Its addresses, in the order in which they are added.</summary>
    public ValueList<AddressEntry> Addresses { get; init; } = [];

    /// <summary>Routes, in the order in which they are added: the longest prefixes first.</summary>
    public ValueList<RouteEntry> Routes { get; init; } = [];

    /// <summary>Rules, in the order in which they are added.</summary>
    public ValueList<RuleEntry> Rules { get; init; } = [];

    /// <summary>Kernel settings.</summary>
    public ValueList<Sysctl> Sysctls { get; init; } = [];

    /// <summary>The nft script that puts the tunnel's table in place; null when it needs none.</summary>
    public string? Firewall { get; init; }

    /// <summary>The mark that the tunnel's own packets must carry; null for none.</summary>
    public uint? Mark { get; init; }

    /// <summary>Tables that belong to this tunnel alone; rules of ours that look them up are this tunnel's.</summary>
    public ValueList<uint> OwnTables { get; init; } = [];

    /// <summary>Nothing at all, for a tunnel that goes.</summary>
    /// <param name="device">The interface's name.</param>
    /// <param name="ownTables">Tables that it had to itself.</param>
    public static DesiredNetwork Nothing(string device, params ReadOnlySpan<uint> ownTables)
        => new() { Device = device, OwnTables = ValueList.Create(ownTables) };

    /// <summary>What wg-quick would set up for <paramref name="config"/>, with our priorities.</summary>
    public static DesiredNetwork For(TunnelConfig config, NetworkFacts facts)
    {
        if (!facts.HasIpv6) config = config.WithoutIpv6();
        uint tunnelTable = config.FwMark ?? facts.TunnelTable;
        var families = config.Table == TableChoice.Auto ? DefaultFamilies(config) : [];
        bool takesAll = families.Count > 0;
        uint? mark = takesAll ? tunnelTable : config.FwMark;
        return new()
        {
            Device = config.Name,
            Link = new(config.Name, config.Mtu ?? TunnelMtu.For(facts.EndpointMtus, facts.DefaultMtu), Up: true),
            Addresses = [.. config.Addresses.Select(a => new AddressEntry(config.Name, a, RoutingNumbers.Protocol))],
            Routes = [.. RoutesOf(config, tunnelTable)],
            Rules = [.. families.SelectMany(f => RulesOf(f, tunnelTable))],
            Sysctls = families.Contains(AddressFamily.InterNetwork) ? [ValidMark] : [],
            Firewall = takesAll ? TunnelFirewall.Text(config, tunnelTable, families) : null,
            Mark = mark,
            OwnTables = takesAll ? [tunnelTable] : [],
        };
    }

    private static List<AddressFamily> DefaultFamilies(TunnelConfig config)
        => [.. Prefixes(config).Where(p => p.PrefixLength == 0).Select(p => p.BaseAddress.AddressFamily).Order()];

    private static IEnumerable<RouteEntry> RoutesOf(TunnelConfig config, uint tunnelTable)
    {
        if (config.Table.Kind == TableKind.Off) yield break;
        var connected = config.Addresses.Where(MakesRoute).Select(a => a.Network).ToArray();
        var ordered = Prefixes(config).OrderByDescending(p => p.PrefixLength)
            .ThenByDescending(p => p.ToString(), StringComparer.Ordinal);
        foreach (var prefix in ordered)
        {
            uint table = config.Table switch
            {
                { Kind: TableKind.Given, Number: var number } => number,
                _ when prefix.PrefixLength == 0 => tunnelTable,
                _ => RoutingNumbers.MainTable,
            };
            // The interface's own network leads there already.
            bool isAuto = config.Table.Kind == TableKind.Auto && prefix.PrefixLength > 0;
            if (isAuto && connected.Any(c => Prefix.Covers(c, prefix))) continue;
            bool isV4 = prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
            uint metric = isV4 ? 0 : RoutingNumbers.Ipv6Metric;
            yield return new(prefix, table, config.Name, metric, RoutingNumbers.Protocol);
        }
    }

    private static IEnumerable<IPNetwork> Prefixes(TunnelConfig config)
        => config.Peers.SelectMany(p => p.AllowedIps).Distinct();

    // The kernel makes no route in the main table for a lone IPv4 address nor for network 0, but does for a lone
    // IPv6 address (fib_add_ifaddr, addrconf_prefix_route).
    private static bool MakesRoute(InterfaceAddress address)
        => address.Address.AddressFamily == AddressFamily.InterNetworkV6
            || (address.PrefixLength < 32 && address.Network.BaseAddress.GetAddressBytes()[0] != 0);

    // Main first: whatever it knows better than its default route never sees the tunnel's table.
    private static IEnumerable<RuleEntry> RulesOf(AddressFamily family, uint table)
    {
        yield return new(family, RoutingNumbers.MainRulePriority, RoutingNumbers.MainTable, Mark: null, Invert: false,
            SuppressPrefixLength: 0, RoutingNumbers.Protocol);
        yield return new(family, RoutingNumbers.TunnelRulePriority, table, Mark: table, Invert: true,
            SuppressPrefixLength: null, RoutingNumbers.Protocol);
    }
}
