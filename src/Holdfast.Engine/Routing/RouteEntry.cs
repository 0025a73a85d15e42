using System.Net;

namespace Holdfast.Engine.Routing;

/// <summary>A route.</summary>
/// <param name="Destination">Where to.</param>
/// <param name="Table">The table's number.</param>
/// <param name="Device">The interface it leaves by; null for a route that names none (blackhole, several
/// hops).</param>
/// <param name="Metric">The metric as the kernel shows it: 0 is none in IPv4,
/// <see cref="RoutingNumbers.Ipv6Metric"/> in IPv6.</param>
/// <param name="Protocol">Who made it (RTA_PROTOCOL).</param>
public sealed record RouteEntry(IPNetwork Destination, uint Table, string? Device, uint Metric, byte Protocol)
    : NetworkEntry(Protocol)
{
    /// <summary>The kernel takes one route for each of these.</summary>
    public (IPNetwork Destination, uint Table, uint Metric) Slot => (Destination, Table, Metric);
}
