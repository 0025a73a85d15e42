using Holdfast.Engine.Config;

namespace Holdfast.Engine.Routing;

/// <summary>What the kernel shows; entries of others included.</summary>
public sealed record ObservedNetwork
{
    /// <summary>The tunnel's interface; null when there is none.</summary>
    public LinkState? Link { get; init; }

    /// <summary>Addresses, at least those of the tunnel's interface.</summary>
    public ValueList<AddressEntry> Addresses { get; init; } = [];

    /// <summary>Routes of both families and all tables but local.</summary>
    public ValueList<RouteEntry> Routes { get; init; } = [];

    /// <summary>Rules of both families.</summary>
    public ValueList<RuleEntry> Rules { get; init; } = [];
}
