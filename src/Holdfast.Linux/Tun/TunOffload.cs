namespace Holdfast.Linux.Tun;

/// <summary>Work that the host leaves to whoever reads the device (TUN_F_* of linux/if_tun.h).</summary>
[Flags]
public enum TunOffload
{
    /// <summary>None: each packet is one of the network, ready to go.</summary>
    None = 0,

    /// <summary>Transport checksums. The others need it.</summary>
    Checksums = 1,

    /// <summary>Cutting TCP over IPv4 and IPv6 into segments.</summary>
    Tcp = 2,

    /// <summary>Cutting UDP over IPv4 and IPv6 into datagrams of one size (Linux 6.2).</summary>
    Udp = 4,
}
