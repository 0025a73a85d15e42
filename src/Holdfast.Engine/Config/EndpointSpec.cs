using System.Net;

namespace Holdfast.Engine.Config;

/// <summary>Where a peer is reached by UDP, as it is written; a name is resolved by whoever connects.</summary>
/// <param name="Host">Host name or address, without brackets.</param>
/// <param name="Port">UDP port, 1 to 65535.</param>
/// <param name="Address">The address, when <paramref name="Host"/> is one; null for a name.</param>
public sealed record EndpointSpec(string Host, ushort Port, IPAddress? Address)
{
    /// <summary><c>host:port</c>, an IPv6 address in brackets.</summary>
    public override string ToString()
        => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
