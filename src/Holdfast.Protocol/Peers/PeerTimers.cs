namespace Holdfast.Protocol.Peers;

/// <summary>
/// The five timers of a peer, as plain moments: unanswered handshake sent anew, keepalive after data, new handshake when data
/// stays unanswered, zeroing of old keys, and the persistent keepalive.
/// </summary>
internal struct PeerTimers
{
    internal MonoTime Retransmit;
    internal MonoTime Keepalive;
    internal MonoTime NewHandshake;
    internal MonoTime ZeroKeys;
    internal MonoTime PersistentKeepalive;

    internal static PeerTimers Unarmed => new()
    {
        Retransmit = MonoTime.Never,
        Keepalive = MonoTime.Never,
        NewHandshake = MonoTime.Never,
        ZeroKeys = MonoTime.Never,
        PersistentKeepalive = MonoTime.Never,
    };

    /// <summary>The earliest of the five.</summary>
    internal readonly MonoTime Next => new(Math.Min(
        Math.Min(Math.Min(Retransmit.Nanoseconds, Keepalive.Nanoseconds), NewHandshake.Nanoseconds),
        Math.Min(ZeroKeys.Nanoseconds, PersistentKeepalive.Nanoseconds)));
}
