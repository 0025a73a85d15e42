namespace Holdfast.Engine.Routing;

/// <summary>One thing in the kernel that we may add or remove: an address, a route or a rule.</summary>
/// <param name="Protocol">Who made it, by the kernel's protocol numbers; ours is
/// <see cref="RoutingNumbers.Protocol"/>.</param>
public abstract record NetworkEntry(byte Protocol)
{
    /// <summary>Whether Holdfast made it; which tunnel of Holdfast is another question.</summary>
    public bool IsHoldfasts => Protocol == RoutingNumbers.Protocol;
}
