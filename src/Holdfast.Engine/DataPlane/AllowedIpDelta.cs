using System.Net;

namespace Holdfast.Engine.DataPlane;

/// <summary>A prefix that comes to a peer, or leaves it.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="Removes">Whether it leaves.</param>
public readonly record struct AllowedIpDelta(IPNetwork Prefix, bool Removes = false);
