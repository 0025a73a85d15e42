namespace Holdfast.Linux.Netlink;

/// <summary>What a policy rule does (FR_ACT_*, linux/fib_rules.h).</summary>
public enum RuleAction
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>Looks the packet up in a table.</summary>
    Lookup = 1,

    /// <summary>Goes on at another rule.</summary>
    GoTo = 2,

    /// <summary>Does nothing.</summary>
    Nothing = 3,

    /// <summary>Drops the packet in silence.</summary>
    Blackhole = 6,

    /// <summary>Refuses it: network unreachable.</summary>
    Unreachable = 7,

    /// <summary>Refuses it: prohibited.</summary>
    Prohibit = 8,
}
