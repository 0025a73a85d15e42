using Holdfast.Engine.State;

namespace Holdfast.Engine;

/// <summary>What a tunnel opens when it starts; all the rest is set by changes.</summary>
public sealed record TunnelOptions
{
    /// <summary>The device's name.</summary>
    public required string Name { get; init; }

    /// <summary>UDP port, 0 for any that is free.</summary>
    public ushort ListenPort { get; init; }

    /// <summary>Mark of the tunnel's datagrams, 0 for none.</summary>
    public uint FwMark { get; init; }

    /// <summary>MTU of the device in bytes; null leaves it.</summary>
    public int? Mtu { get; init; }

    /// <summary>Whether a device that is there already is refused, rather than taken over.</summary>
    public bool MustBeNew { get; init; }

    /// <summary>The file that the tunnel is made from, for status; null for a bare device.</summary>
    public string? File { get; init; }

    /// <summary>What outlives the engine; null keeps nothing.</summary>
    internal ITunnelState? State { get; init; }
}
