namespace Holdfast.Protocol.Peers;

/// <summary>Whether a tunnel gets more handshake messages than it wants to work on without a proof of address.</summary>
internal sealed class HandshakeLoad
{
    private TokenBucket _quiet = new(Limits.HandshakesPerSecond, Limits.HandshakeBurst);
    private TokenBucket _cookied = new(Limits.CookiedHandshakesPerSecond, Limits.CookiedHandshakesPerSecond / 10);
    private TokenBucket _replies = new(Limits.CookieRepliesPerSecond, Limits.CookieRepliesPerSecond / 10);
    private MonoTime _until = MonoTime.LongAgo;

    /// <summary>Counts a handshake message; true if it must prove its address.</summary>
    internal bool IsUnder(MonoTime now)
    {
        if (!_quiet.TryTake(now)) _until = now + Limits.LoadLinger;
        return !_until.Passed(now);
    }

    /// <summary>
    /// Whether, by what came before, the next one without a cookie would find no reply left: then it is not worth a hash.
    /// </summary>
    internal bool IsOver(MonoTime now) => !_until.Passed(now) && !_replies.HasAny(now);

    /// <summary>Whether one more can be answered with a cookie.</summary>
    internal bool MayReply(MonoTime now) => _replies.TryTake(now);

    /// <summary>Whether one more with a proven address can be worked on.</summary>
    internal bool HasRoom(MonoTime now) => _cookied.TryTake(now);
}
