namespace Holdfast.Linux.Sockets;

/// <summary>Who says that a datagram does not arrive (SO_EE_ORIGIN_*, linux/errqueue.h).</summary>
public enum ErrorOrigin : byte
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>This host; the call that sent it was told, too.</summary>
    Local = 1,

    /// <summary>A host on the way, by ICMP.</summary>
    Icmp = 2,

    /// <summary>A host on the way, by ICMPv6.</summary>
    Icmp6 = 3,
}
