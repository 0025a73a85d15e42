using Holdfast.Protocol.Wire;

namespace Holdfast.Engine.State;

/// <summary>What an earlier engine of a tunnel left.</summary>
/// <param name="Peers">Where its peers were.</param>
/// <param name="TimestampFloor">Above every timestamp that it sent.</param>
/// <param name="Port">The UDP port that it listened on; 0 when that is not known.</param>
internal sealed record TunnelMemory(IReadOnlyList<PeerState> Peers, Tai64n TimestampFloor, ushort Port)
{
    /// <summary>Nothing was left, or it can't be read.</summary>
    internal static readonly TunnelMemory None = new([], default, 0);
}
