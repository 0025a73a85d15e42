namespace Holdfast.Engine;

/// <summary>Where a tunnel's configuration comes from.</summary>
/// <param name="File">The file.</param>
/// <param name="ByDaemon">Whether the daemon runs it, rather than an engine of its own.</param>
public sealed record TunnelOrigin(string File, bool ByDaemon = false);
