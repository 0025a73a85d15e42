using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol;

/// <summary>What a tunnel's owner wants to know as it happens; called in the middle of a turn, so it only takes notes.</summary>
public interface ITunnelEvents
{
    /// <summary>A session with the peer stands, by a handshake that either end began.</summary>
    void SessionEstablished(Peer peer);

    /// <summary>An authenticated message came from another address than the one known.</summary>
    void EndpointChanged(Peer peer);

    /// <summary>An initiation stayed unanswered; it is sent anew. <see cref="Peer.UnansweredInitiations"/> says how often.</summary>
    void HandshakeUnanswered(Peer peer);

    /// <summary>A path to the peer came up, failed, or carries from now on.</summary>
    void PathChanged(Peer peer, Paths.PeerPath path) { }

    /// <summary>Initiations stayed unanswered for RekeyAttemptTime; the next data begins again.</summary>
    void HandshakeGivenUp(Peer peer);
}
