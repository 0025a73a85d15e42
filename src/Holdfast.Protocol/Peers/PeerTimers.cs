namespace Holdfast.Protocol.Peers;

/// <summary>
/// The timers of a peer, as plain moments: unanswered handshake sent anew, keepalive after data, new handshake when data
/// stays unanswered, zeroing of old keys, the persistent keepalive, and whatever is due on its paths.
/// </summary>
internal struct PeerTimers
{
    internal MonoTime Retransmit;
    internal MonoTime Keepalive;
    internal MonoTime NewHandshake;
    internal MonoTime ZeroKeys;
    internal MonoTime PersistentKeepalive;
    internal MonoTime Paths;

    internal static PeerTimers Unarmed => new()
    {
        Retransmit = MonoTime.Never,
        Keepalive = MonoTime.Never,
        NewHandshake = MonoTime.Never,
        ZeroKeys = MonoTime.Never,
        PersistentKeepalive = MonoTime.Never,
        Paths = MonoTime.Never,
    };

    /// <summary>The earliest of them.</summary>
    internal readonly MonoTime Next => new(Math.Min(
        Math.Min(Math.Min(Retransmit.Nanoseconds, Keepalive.Nanoseconds), NewHandshake.Nanoseconds),
        Math.Min(Math.Min(ZeroKeys.Nanoseconds, PersistentKeepalive.Nanoseconds), Paths.Nanoseconds)));
}
