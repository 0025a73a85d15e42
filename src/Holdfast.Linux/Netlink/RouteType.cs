namespace Holdfast.Linux.Netlink;

/// <summary>What a route does with a packet (RTN_*, linux/rtnetlink.h).</summary>
public enum RouteType
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>Sends it on.</summary>
    Unicast = 1,

    /// <summary>Takes it: an address of this host.</summary>
    Local = 2,

    /// <summary>A broadcast address of this host.</summary>
    Broadcast = 3,

    /// <summary>IPv6: an anycast address of this host.</summary>
    Anycast = 4,

    /// <summary>A group.</summary>
    Multicast = 5,

    /// <summary>Drops it in silence.</summary>
    Blackhole = 6,

    /// <summary>Refuses it: host unreachable.</summary>
    Unreachable = 7,

    /// <summary>Refuses it: prohibited.</summary>
    Prohibit = 8,

    /// <summary>Ends the search in this table; the next rule is asked.</summary>
    Throw = 9,
}
