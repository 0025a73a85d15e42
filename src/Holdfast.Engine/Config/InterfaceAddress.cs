using System.Net;

namespace Holdfast.Engine.Config;

/// <summary>An address of an interface together with the prefix of the network that it stands in.</summary>
/// <param name="Address">The address itself, host bits included.</param>
/// <param name="PrefixLength">0 to 32 for IPv4, 0 to 128 for IPv6.</param>
public readonly record struct InterfaceAddress(IPAddress Address, byte PrefixLength)
{
    /// <summary>The network that the address stands in.</summary>
    public IPNetwork Network => Prefix.Of(Address, PrefixLength);

    /// <summary><c>address/length</c>.</summary>
    public override string ToString() => $"{Address}/{PrefixLength}";
}
