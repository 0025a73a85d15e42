namespace Holdfast.Engine.Config;

/// <summary>A node's whole file, as the daemon runs it.</summary>
public sealed record NodeConfig
{
    /// <summary>The node's name; null to use the host's.</summary>
    public string? Name { get; init; }

    /// <summary>The uplinks, in the order of the file; each interface is there once. Empty to find them.</summary>
    public ValueList<UplinkConfig> Uplinks { get; init; } = [];

    /// <summary>The tunnels, in the order of the file; their names are unique.</summary>
    public ValueList<TunnelConfig> Tunnels { get; init; } = [];
}
