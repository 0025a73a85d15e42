using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Linux.Netlink;

/// <summary>A route (RTM_NEWROUTE, rtnetlink(7)), as it is asked for or as the kernel shows it. What the kernel adds
/// to the former, <see cref="AsShown"/> tells.</summary>
public sealed partial record Route
{
    /// <summary>The table that everything uses unless told otherwise.</summary>
    public const uint MainTable = 254;

    /// <summary>The table of this host's own addresses.</summary>
    public const uint LocalTable = 255;

    /// <summary>Everywhere (RT_SCOPE_UNIVERSE).</summary>
    public const byte ScopeUniverse = 0;

    /// <summary>On this link (RT_SCOPE_LINK).</summary>
    public const byte ScopeLink = 253;

    /// <summary>On this host (RT_SCOPE_HOST).</summary>
    public const byte ScopeHost = 254;

    private const int LoopbackIndex = 1;
    private const uint DefaultMetric6 = 1024;
    private const byte BootProtocol = 3;

    /// <summary>Where it leads to; its family is the route's.</summary>
    public required IPNetwork Destination { get; init; }

    /// <summary>The table, 1 or more.</summary>
    public uint Table { get; init; } = MainTable;

    /// <summary>The lowest wins. IPv6 shows 1024 where 0 was asked for.</summary>
    public uint Metric { get; init; }

    /// <summary>Who set it (RTPROT_*, /etc/iproute2/rt_protos): 2 the kernel, 3 boot, 4 an administrator.
    /// IPv6 shows 3 where 0 was asked for.</summary>
    public byte Protocol { get; init; }

    /// <summary>How far the destination is; null takes what ip(8) would: host for a local one, link without a gateway,
    /// everywhere otherwise.</summary>
    public byte? Scope { get; init; }

    /// <summary>What happens to a packet.</summary>
    public RouteType Type { get; init; } = RouteType.Unicast;

    /// <summary>The next hop, which may be of the other family; null for none.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>The interface to leave by; 0 for none.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The address that this host's own packets get; null lets the kernel choose.</summary>
    public IPAddress? PreferredSource { get; init; }

    /// <summary>The largest packet, in bytes; 0 for the interface's.</summary>
    public uint Mtu { get; init; }

    /// <summary>Believe that the gateway is on the link, even if no address says so.</summary>
    public bool OnLink { get; init; }

    /// <summary>True if it has several next hops, which <see cref="NextHops"/> shows; <see cref="InterfaceIndex"/> and
    /// <see cref="Gateway"/> say nothing then.</summary>
    public bool IsMultipath { get; init; }

    /// <summary>The next hops of a route that has several, as the kernel shows them; routes are not asked for with
    /// them.</summary>
    public IReadOnlyList<NextHop> NextHops { get; init; } = [];

    /// <summary>IPv4 or IPv6.</summary>
    public AddressFamily Family => Destination.BaseAddress.AddressFamily;

    /// <summary>The same route as a dump will show it.</summary>
    public Route AsShown()
    {
        if (Family == AddressFamily.InterNetwork) return this with { Scope = EffectiveScope };
        var refuses = Type is RouteType.Blackhole or RouteType.Unreachable or RouteType.Prohibit or RouteType.Throw;
        return this with
        {
            Scope = ScopeUniverse,
            Metric = Metric == 0 ? DefaultMetric6 : Metric,
            Protocol = Protocol == 0 ? BootProtocol : Protocol,
            InterfaceIndex = refuses && InterfaceIndex == 0 ? LoopbackIndex : InterfaceIndex,
        };
    }

    /// <summary>Much as ip(8) writes it: 10.0.0.0/8 via 192.0.2.1 dev 3 table 51820 metric 5.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Type != RouteType.Unicast) text.Append(Type.ToString().ToLowerInvariant()).Append(' ');
        text.Append(CultureInfo.InvariantCulture, $"{Destination}");
        if (Gateway is not null) text.Append(CultureInfo.InvariantCulture, $" via {Gateway}");
        if (InterfaceIndex != 0) text.Append(CultureInfo.InvariantCulture, $" dev {InterfaceIndex}");
        if (PreferredSource is not null) text.Append(CultureInfo.InvariantCulture, $" src {PreferredSource}");
        if (Table != MainTable) text.Append(CultureInfo.InvariantCulture, $" table {Table}");
        if (Metric != 0) text.Append(CultureInfo.InvariantCulture, $" metric {Metric}");
        if (IsMultipath) text.Append(" with several next hops");
        return text.ToString();
    }

    private byte EffectiveScope => Scope ?? (Family == AddressFamily.InterNetworkV6 ? ScopeUniverse : Type switch
    {
        RouteType.Local => ScopeHost,
        RouteType.Broadcast or RouteType.Multicast => ScopeLink,
        RouteType.Unicast when Gateway is null && !IsMultipath => ScopeLink,
        _ => ScopeUniverse,
    });
}
