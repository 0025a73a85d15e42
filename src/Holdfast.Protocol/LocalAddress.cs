namespace Holdfast.Protocol;

/// <summary>
/// The local end of a datagram: the address it came to, which answers keep as their source (sticky source).
/// The default lets the kernel choose.
/// </summary>
/// <param name="Address">As in <see cref="Endpoint"/>; zero lets the kernel choose.</param>
/// <param name="InterfaceIndex">The interface it came in by; 0 lets routing decide.</param>
public readonly record struct LocalAddress(AddressBits Address, int InterfaceIndex);
