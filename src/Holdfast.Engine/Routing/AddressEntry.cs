using Holdfast.Engine.Config;

namespace Holdfast.Engine.Routing;

/// <summary>An address at an interface.</summary>
/// <param name="Device">The interface's name.</param>
/// <param name="Address">Address and prefix length.</param>
/// <param name="Protocol">Who made it (IFA_PROTO).</param>
public sealed record AddressEntry(string Device, InterfaceAddress Address, byte Protocol) : NetworkEntry(Protocol);
