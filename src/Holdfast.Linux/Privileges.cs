namespace Holdfast.Linux;

/// <summary>What the calling thread may do.</summary>
public static unsafe class Privileges
{
    // linux/capability.h
    private const uint LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    private const int CAP_NET_ADMIN = 12;
    private const int CAP_SYS_ADMIN = 21;

    /// <summary>The effective user id; 0 is root.</summary>
    public static uint EffectiveUserId => Libc.EffectiveUserId();

    /// <summary>True if the thread may change links, addresses, routes and rules, and create a TUN
    /// (CAP_NET_ADMIN).</summary>
    public static bool HasNetAdmin => HasCapability(CAP_NET_ADMIN);

    /// <summary>True if the thread may enter and make namespaces (CAP_SYS_ADMIN).</summary>
    public static bool HasSysAdmin => HasCapability(CAP_SYS_ADMIN);

    private static bool HasCapability(int number)
    {
        // The header is {version, pid}; the data two sets of {effective, permitted, inheritable}.
        var header = stackalloc uint[2] { LINUX_CAPABILITY_VERSION_3, 0 };
        var sets = stackalloc uint[6];
        LinuxException.Check("capget", Libc.GetCapabilities(header, sets));
        return (sets[number / 32 * 3] >> (number % 32) & 1) != 0;
    }
}
