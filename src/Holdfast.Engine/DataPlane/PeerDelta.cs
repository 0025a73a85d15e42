using Holdfast.Crypto;
using Holdfast.Engine.Config;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;

namespace Holdfast.Engine.DataPlane;

/// <summary>A change to one peer, which is added if it is not there.</summary>
public sealed record PeerDelta
{
    /// <summary>Which peer.</summary>
    public required PublicKey PublicKey { get; init; }

    /// <summary>What people call it; null leaves that.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it goes; the rest does not count then.</summary>
    public bool Removes { get; init; }

    /// <summary>Whether a peer that is not there is left alone.</summary>
    public bool UpdateOnly { get; init; }

    /// <summary>Whether the preshared key changes; to null it is removed.</summary>
    public bool SetsPresharedKey { get; init; }

    /// <summary>The new preshared key, taken over.</summary>
    public Secret? PresharedKey { get; init; }

    /// <summary>A new endpoint by address; null leaves it.</summary>
    public Endpoint? Endpoint { get; init; }

    /// <summary>New endpoints as written, by name or address, in the order in which they are tried; null leaves them.</summary>
    public IReadOnlyList<EndpointSpec>? Endpoints { get; init; }

    /// <summary>The new keepalive in seconds, 0 for off; null leaves it.</summary>
    public ushort? PersistentKeepalive { get; init; }

    /// <summary>How several ways to it are used from now on; null leaves that.</summary>
    public PathMode? Paths { get; init; }

    /// <summary>Whether its allowed IPs go first.</summary>
    public bool ReplacesAllowedIps { get; init; }

    /// <summary>Allowed IPs that come or go, in order.</summary>
    public IReadOnlyList<AllowedIpDelta> AllowedIps { get; init; } = [];
}
