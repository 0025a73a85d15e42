using System.Net;

namespace Holdfast.Labs;

/// <summary>How a wire's near end hides behind an address of its own (RFC 4787's words).</summary>
public sealed record NatOptions
{
    /// <summary>Public IPv4 address; null lets the lab choose it.</summary>
    public IPAddress? PublicV4 { get; init; }

    /// <summary>Public IPv6 address; null lets the lab choose it if <see cref="V6"/> says so, else IPv6 passes as it
    /// is.</summary>
    public IPAddress? PublicV6 { get; init; }

    /// <summary>IPv6 is translated too.</summary>
    public bool V6 { get; init; }

    /// <summary>A mapping without traffic is forgotten after this long.</summary>
    public TimeSpan MappingLifetime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Packets from outside keep a mapping alive too, not only those from inside.</summary>
    public bool InboundRefreshes { get; init; } = true;

    /// <summary>Whoever was not sent to from inside is filtered, address and port alike; else anybody may
    /// answer.</summary>
    public bool FiltersByEndpoint { get; init; } = true;

    /// <summary>Every destination gets a mapping and a port of its own ("symmetric").</summary>
    public bool MapsByEndpoint { get; init; }

    /// <summary>First public port; the next mapping takes the next one, so that a mapping made anew
    /// differs.</summary>
    public ushort FirstPort { get; init; } = 40_000;
}
