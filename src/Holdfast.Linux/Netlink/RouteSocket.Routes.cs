using System.Net.Sockets;

namespace Holdfast.Linux.Netlink;

public sealed partial class RouteSocket
{
    internal const ushort RTM_NEWROUTE = 24;
    internal const ushort RTM_DELROUTE = 25;
    internal const ushort RTM_GETROUTE = 26;

    /// <summary>All routes of all tables, the kernel's own included.</summary>
    /// <param name="family">InterNetwork or InterNetworkV6.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public IReadOnlyList<Route> Routes(AddressFamily family) => Dump("list routes", RoutesMessage(family).Message, Route.Parse);

    /// <summary>The default routes of all tables. Of a million others nothing is kept.</summary>
    /// <param name="family">InterNetwork or InterNetworkV6.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public IReadOnlyList<Route> DefaultRoutes(AddressFamily family) => Dump(
        "list default routes", RoutesMessage(family).Message,
        body => body is [_, 0, ..] ? Route.Parse(body) : null); // struct rtmsg: family, then the destination's bits

    private NetlinkWriter RoutesMessage(AddressFamily family)
    {
        var flags = (ushort)(NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_DUMP);
        var message = new NetlinkWriter(_request, RTM_GETROUTE, flags);
        message.U8(NumberOf(family));
        message.U8(0);
        message.U16(0);
        message.U32(0);
        message.U32(0);
        return message;
    }

    /// <summary>Adds a route.</summary>
    /// <param name="route">What is wanted.</param>
    /// <param name="replace">Change the one with the same destination, table and metric, instead of refusing.</param>
    /// <exception cref="LinuxException">EEXIST: it is there; ENETUNREACH: the gateway is not on a link; ENODEV,
    /// ENETDOWN: the interface is missing or off; EINVAL; EPERM.</exception>
    public void AddRoute(Route route, bool replace = false)
    {
        ArgumentNullException.ThrowIfNull(route);
        var how = replace ? NetlinkMessage.NLM_F_REPLACE : NetlinkMessage.NLM_F_EXCL;
        var message = RouteMessage(RTM_NEWROUTE, (ushort)(NetlinkMessage.NLM_F_CREATE | how), route);
        Change($"add route {route}", message.Message);
    }

    /// <summary>Deletes a route.</summary>
    /// <exception cref="LinuxException">ESRCH: it isn't there; EPERM.</exception>
    public void DeleteRoute(Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        Change($"delete route {route}", RouteMessage(RTM_DELROUTE, 0, route).Message);
    }

    /// <summary>Asks which way a packet would go.</summary>
    /// <returns>The way: its destination is the packet's alone, its <see cref="Route.Table"/> the table that knew it.
    /// Null if there is none, or one that refuses (unreachable, prohibit), and on newer kernels if the source is not
    /// this host's.</returns>
    /// <exception cref="LinuxException">EINVAL: the packet meets a black hole, or, on older kernels, the source is not
    /// this host's; ENODEV.</exception>
    public Route? Lookup(RouteQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var six = query.Destination.AddressFamily == AddressFamily.InterNetworkV6;
        var bits = (byte)(six ? 128 : 32);
        var message = new NetlinkWriter(_request, RTM_GETROUTE, NetlinkMessage.NLM_F_REQUEST);
        message.U8(NumberOf(query.Destination.AddressFamily));
        message.U8(bits);
        message.U8(query.Source is null ? (byte)0 : bits);
        message.U8(0);
        message.U32(0);
        // IPv6 tells the table anyway, and refuses the flag.
        message.U32(six ? 0 : Route.RTM_F_LOOKUP_TABLE);
        message.Attribute(Route.RTA_DST, query.Destination);
        if (query.Source is not null) message.Attribute(Route.RTA_SRC, query.Source);
        if (query.InputInterface != 0) message.Attribute(Route.RTA_IIF, (uint)query.InputInterface);
        if (query.OutputInterface != 0) message.Attribute(Route.RTA_OIF, (uint)query.OutputInterface);
        if (query.Mark != 0) message.Attribute(Route.RTA_MARK, query.Mark);
        if (query.User is { } user) message.Attribute(Route.RTA_UID, user);
        return Get($"look up route to {query.Destination}", message.Message, Route.ParseAny,
            Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.EACCES);
    }

    private NetlinkWriter RouteMessage(ushort type, ushort flags, Route route)
    {
        flags |= NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_ACK;
        var message = new NetlinkWriter(_request, type, flags);
        route.Write(ref message);
        return message;
    }

    private static byte NumberOf(AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => Libc.AF_INET,
        AddressFamily.InterNetworkV6 => Libc.AF_INET6,
        _ => throw new ArgumentException("IPv4 or IPv6", nameof(family)),
    };
}
