namespace Holdfast.Control;

/// <summary>A path, and to whom it leads.</summary>
/// <param name="Tunnel">The interface's name.</param>
/// <param name="Peer">The peer's name, or its public key if it has none.</param>
/// <param name="Path">The path.</param>
public sealed record ListedPath(string Tunnel, string Peer, PathStatus Path);
