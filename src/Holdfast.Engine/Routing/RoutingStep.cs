namespace Holdfast.Engine.Routing;

/// <summary>One change to the kernel.</summary>
/// <param name="IsRemoval">Whether the entry goes; else it comes.</param>
/// <param name="Entry">What goes or comes.</param>
public sealed record RoutingStep(bool IsRemoval, NetworkEntry Entry);
