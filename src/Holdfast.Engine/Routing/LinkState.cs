namespace Holdfast.Engine.Routing;

/// <summary>An interface.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mtu">MTU in bytes.</param>
/// <param name="Up">Whether it is administratively up.</param>
public sealed record LinkState(string Name, int Mtu, bool Up);
