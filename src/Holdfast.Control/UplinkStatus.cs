namespace Holdfast.Control;

/// <summary>An uplink as an engine sees it at one moment. Fields are only ever added.</summary>
public sealed record UplinkStatus
{
    /// <summary>The interface's name.</summary>
    public required string Interface { get; init; }

    /// <summary>The interface's index; null while there is no such interface.</summary>
    public int? InterfaceIndex { get; init; }

    /// <summary>Whether it can be used.</summary>
    public bool Up { get; init; }

    /// <summary>What keeps it from being used: gone, down, no carrier, no address, no gateway, flapping; null for nothing.</summary>
    public string? Reason { get; init; }

    /// <summary>Since when that is so, UTC; at the earliest since the engine started.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Its addresses that others could answer to.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The next hop of its IPv4 default route; null for none.</summary>
    public string? GatewayV4 { get; init; }

    /// <summary>The next hop of its IPv6 default route; null for none.</summary>
    public string? GatewayV6 { get; init; }

    /// <summary>Of uplinks that are alike the one with the greatest leads.</summary>
    public int Weight { get; init; }

    /// <summary>Whether it is probed slowly and used last.</summary>
    public bool Metered { get; init; }

    /// <summary>Whether it is used only when no other uplink works.</summary>
    public bool Backup { get; init; }

    /// <summary>Whether the file lists it; otherwise it was found by its default route.</summary>
    public bool Listed { get; init; }

    /// <summary>Whether tunnels have sockets of their own for it.</summary>
    public bool Bound { get; init; }

    /// <summary>What stands in its way, and the cure; null for nothing.</summary>
    public string? Warning { get; init; }
}
