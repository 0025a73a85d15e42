namespace Holdfast.Protocol.Paths;

/// <summary>What was said of datagrams to a place. Who says so by ICMP is not authenticated: it is a reason to ask, and proves
/// nothing.</summary>
/// <param name="Kind">Why they do not arrive.</param>
/// <param name="By">The host that says so, as in <see cref="Endpoint"/>.</param>
/// <param name="Family">Its IP version, 4 or 6; 0 is this host.</param>
/// <param name="Mtu">With <see cref="UnreachableKind.TooBig"/>, what the link carries in bytes, IP header included.</param>
public readonly record struct Unreachable(UnreachableKind Kind, AddressBits By = default, byte Family = 0, int Mtu = 0);
