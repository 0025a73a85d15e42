namespace Holdfast.Linux.Netlink;

/// <summary>The ports whose packets a rule takes, both ends included.</summary>
/// <param name="First">The first port, 1 or more.</param>
/// <param name="Last">The last port.</param>
public readonly record struct PortRange(ushort First, ushort Last);
