using System.Net;
using System.Net.Sockets;
using Holdfast.Linux.Netlink;

namespace Holdfast.Engine.Uplinks;

/// <summary>One way of a default route in the main table.</summary>
/// <param name="Family">IPv4 or IPv6.</param>
/// <param name="InterfaceIndex">The interface that it leaves by.</param>
/// <param name="Metric">The lowest wins.</param>
/// <param name="Gateway">The next hop; null for none.</param>
internal readonly record struct DefaultRoute(AddressFamily Family, int InterfaceIndex, uint Metric, IPAddress? Gateway)
{
    /// <summary>Whether a route is one.</summary>
    internal static bool Is(Route route) => route is
    { Destination.PrefixLength: 0, Table: Route.MainTable, Type: RouteType.Unicast };

    /// <summary>The ways of a default route: one, or each of several next hops.</summary>
    internal static IEnumerable<DefaultRoute> Of(Route route) => route.IsMultipath
        ? route.NextHops.Select(hop => new DefaultRoute(route.Family, hop.InterfaceIndex, route.Metric, hop.Gateway))
        : [new DefaultRoute(route.Family, route.InterfaceIndex, route.Metric, route.Gateway)];
}
