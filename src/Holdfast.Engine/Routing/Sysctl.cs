namespace Holdfast.Engine.Routing;

/// <summary>A kernel setting.</summary>
/// <param name="Name">Its dotted name; below /proc/sys with slashes.</param>
/// <param name="Value">The value it needs.</param>
public sealed record Sysctl(string Name, string Value);
