using System.Net.Sockets;
using Holdfast.Linux.Netlink;

namespace Holdfast.Engine.Uplinks;

/// <summary>What the kernel shows of everything that makes an interface an uplink.</summary>
internal sealed record UplinkFacts
{
    /// <summary>All interfaces.</summary>
    internal IReadOnlyCollection<LinkState> Links { get; init; } = [];

    /// <summary>All addresses.</summary>
    internal IReadOnlyCollection<AddressState> Addresses { get; init; } = [];

    /// <summary>The default routes of the main table.</summary>
    internal IReadOnlyCollection<DefaultRoute> Defaults { get; init; } = [];

    /// <summary>Names of interfaces that drop what comes by another interface than answers would leave by (rp_filter 1).</summary>
    internal IReadOnlySet<string> Strict { get; init; } = new HashSet<string>();

    /// <summary>The best default route by an interface.</summary>
    internal DefaultRoute? BestBy(int interfaceIndex, AddressFamily family) => Defaults
        .Where(route => route.InterfaceIndex == interfaceIndex && route.Family == family)
        .OrderBy(route => route.Metric).Select(route => (DefaultRoute?)route).FirstOrDefault();
}
