namespace Holdfast.Linux.Sockets;

/// <summary>A message that the kernel refused to send.</summary>
/// <param name="Index">Which one of the batch.</param>
/// <param name="Errno">Why, positive: EINVAL, EADDRNOTAVAIL, ENODEV or, over IPv4 since about Linux 6.18, ENETUNREACH
/// if the source address or its interface is gone; ENETUNREACH or EHOSTUNREACH without a route; EPERM (a firewall),
/// EMSGSIZE, ENOBUFS, ECONNREFUSED.</param>
public readonly record struct SendFailure(int Index, int Errno);
