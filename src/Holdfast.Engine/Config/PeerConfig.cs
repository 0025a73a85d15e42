using System.Net;
using Holdfast.Crypto;
using Holdfast.Protocol.Paths;

namespace Holdfast.Engine.Config;

/// <summary>A peer of a tunnel, as configured.</summary>
public sealed record PeerConfig
{
    private readonly HeldSecret _presharedKey;

    /// <summary>The name people call it by, at most <see cref="ConfigLimits.Name"/> characters; wg-quick files have
    /// none.</summary>
    public string? Name { get; init; }

    /// <summary>The peer's identity; unique in a tunnel.</summary>
    public required PublicKey PublicKey { get; init; }

    /// <summary>The preshared key; null for none, which is what WireGuard means by a key of zeros.</summary>
    public Secret? PresharedKey
    {
        get => _presharedKey.Secret;
        init => _presharedKey = new(value);
    }

    /// <summary>Prefixes that are sent to this peer and accepted from it; each stands at one peer only.</summary>
    public ValueList<IPNetwork> AllowedIps { get; init; } = [];

    /// <summary>Where the peer is reached, in the order in which they are tried while handshakes stay unanswered; may
    /// be empty.</summary>
    public ValueList<EndpointSpec> Endpoints { get; init; } = [];

    /// <summary>Seconds between keepalives, 1 to 65535; null for off.</summary>
    public ushort? PersistentKeepalive { get; init; }

    /// <summary>How several ways to the peer are used, if it is Holdfast too; a wg-quick file always says failover.</summary>
    public PathMode Paths { get; init; }
}
