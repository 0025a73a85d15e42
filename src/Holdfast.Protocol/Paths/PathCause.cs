namespace Holdfast.Protocol.Paths;

/// <summary>Why a path is in its state.</summary>
public enum PathCause
{
    /// <summary>It was found just now.</summary>
    Found,

    /// <summary>A probe was answered.</summary>
    ProbeAnswered,

    /// <summary>A handshake came by it.</summary>
    Handshake,

    /// <summary>Data that was sent by it was acknowledged.</summary>
    DataAcknowledged,

    /// <summary>Data that was sent by it stays unacknowledged.</summary>
    DataUnanswered,

    /// <summary>Probes stay unanswered.</summary>
    ProbesUnanswered,

    /// <summary>The uplink is gone: its link, its address or its gateway.</summary>
    UplinkLost,

    /// <summary>The other end says that it lost its uplink.</summary>
    PeerUplinkLost,

    /// <summary>The host refuses to send by it.</summary>
    SendRefused,

    /// <summary>A host on the way says so, and a probe stays unanswered.</summary>
    Unreachable,
}
