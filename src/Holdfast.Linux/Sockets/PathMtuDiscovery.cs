namespace Holdfast.Linux.Sockets;

/// <summary>What happens to a datagram that is larger than the way carries (IP_PMTUDISC_*, ip(7)).</summary>
public enum PathMtuDiscovery
{
    /// <summary>It may be cut into fragments, here and on the way.</summary>
    Off = 0,

    /// <summary>It is cut here, to what is known of the way; one that fits is not to be cut on the way. The system's
    /// default.</summary>
    Want = 1,

    /// <summary>It is refused with EMSGSIZE, to what is known of the way.</summary>
    Refuse = 2,

    /// <summary>It is refused with EMSGSIZE only if the interface can't carry it; what is known of the way doesn't count.</summary>
    Probe = 3,
}
