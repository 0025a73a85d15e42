namespace Holdfast.Protocol;

/// <summary>Why a packet or datagram went no further. Each has a counter, shown by <c>holdfast status</c>.</summary>
public enum Drop
{
    /// <summary>It was not dropped.</summary>
    None,

    // --- outbound, from the device -------------------------------------------------------------------------

    /// <summary>Neither IPv4 nor IPv6, or shorter than its header says.</summary>
    NotIp,

    /// <summary>No peer has the destination among its allowed IPs.</summary>
    NoPeer,

    /// <summary>The peer's endpoint is not known yet.</summary>
    NoEndpoint,

    /// <summary>The packet is one of this tunnel's own datagrams, routed back into it.</summary>
    RoutingLoop,

    /// <summary>Larger than a datagram can carry.</summary>
    TooBig,

    /// <summary>The peer's waiting packets were too many; this was the oldest.</summary>
    StagedOverflow,

    /// <summary>Waited for a session that did not come.</summary>
    StagedExpired,

    /// <summary>The peer's paths can't take more, and what waits for them is too much.</summary>
    PathsFull,

    /// <summary>Lost by a path that failed, and no longer kept when it was to be sent by another.</summary>
    NotKept,

    /// <summary>The kernel refused the datagram.</summary>
    SendFailed,

    /// <summary>The socket's buffer was full.</summary>
    SendBufferFull,

    // --- inbound, from the network -------------------------------------------------------------------------

    /// <summary>Not a message of the protocol: unknown type or wrong length.</summary>
    Malformed,

    /// <summary>The first MAC is wrong: the sender does not know our public key.</summary>
    BadMac,

    /// <summary>Under load and without a valid cookie; a cookie was sent instead.</summary>
    CookieNeeded,

    /// <summary>Under load, and this source (or all together) sent too many handshakes.</summary>
    RateLimited,

    /// <summary>No handshake or keypair has this receiver index.</summary>
    UnknownReceiver,

    /// <summary>Authentication failed.</summary>
    Forged,

    /// <summary>A well-formed initiation by a key that is not a peer.</summary>
    UnknownPeer,

    /// <summary>An initiation no newer than one already seen.</summary>
    StaleTimestamp,

    /// <summary>A peer's initiations follow each other too fast.</summary>
    InitiationFlood,

    /// <summary>A response to no outstanding initiation, or a cookie that was not asked for.</summary>
    UnexpectedResponse,

    /// <summary>The keypair is beyond its age or message limit.</summary>
    KeyExpired,

    /// <summary>The counter was seen before, or is older than the window.</summary>
    Replayed,

    /// <summary>Came by another path already.</summary>
    Copy,

    /// <summary>The inner source address is not among the sender's allowed IPs.</summary>
    WrongSource,

    /// <summary>A frame of a kind, or in a form, that this version does not know.</summary>
    UnknownFrame,

    /// <summary>The decrypted payload is neither IPv4 nor IPv6, or shorter than its header says.</summary>
    InnerNotIp,

    /// <summary>A router on the way had a queue, and the packet is of a kind that can't tell its receiver (RFC 6040 section
    /// 4.2): lost, as it would have been there without the tunnel.</summary>
    NotEcnCapable,

    /// <summary>The device did not take the packet.</summary>
    WriteFailed,
}
