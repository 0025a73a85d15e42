namespace Holdfast.Engine.Routing;

/// <summary>The numbers by which our kernel state is known, and those of the kernel that we need.</summary>
public static class RoutingNumbers
{
    /// <summary>Protocol number of every address, route and rule of ours; free in iproute2's rt_protos.</summary>
    public const byte Protocol = 72;

    /// <summary>Priority of the rule: main table, but for its default route.</summary>
    public const uint MainRulePriority = 22000;

    /// <summary>Priority of the rule that sends all but our own marked packets to the tunnel's table.</summary>
    public const uint TunnelRulePriority = 22001;

    /// <summary>The first table tried for a tunnel that takes all traffic; wg-quick's.</summary>
    public const uint FirstTunnelTable = 51820;

    /// <summary>The main routing table (RT_TABLE_MAIN, linux/rtnetlink.h).</summary>
    public const uint MainTable = 254;

    /// <summary>What the kernel makes of no metric in IPv6 (IP6_RT_PRIO_USER, linux/ipv6_route.h).</summary>
    public const uint Ipv6Metric = 1024;

    /// <summary>Protocol of routes that the kernel makes itself (RTPROT_KERNEL, linux/rtnetlink.h).</summary>
    public const byte KernelProtocol = 2;

    /// <summary>The largest protocol of addresses that the kernel makes itself (IFAPROT_KERNEL_LL,
    /// linux/if_addr.h).</summary>
    public const byte LastKernelAddressProtocol = 3;
}
