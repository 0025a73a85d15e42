using System.Net;

namespace Holdfast.Linux.Netlink;

/// <summary>One of several ways that a route may take (struct rtnexthop, rtnetlink(7)).</summary>
/// <param name="InterfaceIndex">The interface to leave by.</param>
/// <param name="Gateway">The next hop; null for none.</param>
public sealed record NextHop(int InterfaceIndex, IPAddress? Gateway);
