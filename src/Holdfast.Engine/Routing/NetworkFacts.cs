using Holdfast.Engine.Config;

namespace Holdfast.Engine.Routing;

/// <summary>What the host has to tell before a tunnel's network can be worked out.</summary>
/// <param name="TunnelTable">The table of a tunnel that takes all traffic, from
/// <see cref="TunnelTables.Choose"/>.</param>
/// <param name="EndpointMtus">MTUs in bytes of the routes to the peers' endpoints, as far as these are known.</param>
/// <param name="DefaultMtu">MTU in bytes of the default route; null when there is none.</param>
/// <param name="HasIpv6">Whether the host has IPv6; a tunnel goes without where it has none.</param>
public sealed record NetworkFacts(
    uint TunnelTable, ValueList<int> EndpointMtus, int? DefaultMtu, bool HasIpv6 = true);
