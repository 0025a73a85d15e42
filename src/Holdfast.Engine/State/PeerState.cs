using Holdfast.Crypto;
using Holdfast.Protocol;

namespace Holdfast.Engine.State;

/// <summary>What outlives a tunnel's engine: where a peer was last.</summary>
/// <param name="Peer">Which peer.</param>
/// <param name="Endpoint">Where its last authenticated message came from.</param>
/// <param name="Configured">The endpoints that its configuration had then, as written; empty for none.</param>
public sealed record PeerState(PublicKey Peer, Endpoint Endpoint, string Configured);
