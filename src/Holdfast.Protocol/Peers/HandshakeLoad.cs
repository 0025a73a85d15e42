namespace Holdfast.Protocol.Peers;

/// <summary>Whether a tunnel gets more handshake messages than it wants to work on without a proof of address.</summary>
internal sealed class HandshakeLoad
{
    private TokenBucket _quiet = new(Limits.HandshakesPerSecond, Limits.HandshakeBurst);
    private TokenBucket _cookied = new(Limits.CookiedHandshakesPerSecond, Limits.CookiedHandshakesPerSecond / 10);
    private MonoTime _until = MonoTime.LongAgo;

    /// <summary>Counts a handshake message; true if it must prove its address.</summary>
    internal bool IsUnder(MonoTime now)
    {
        if (!_quiet.TryTake(now)) _until = now + Limits.LoadLinger;
        return !_until.Passed(now);
    }

    /// <summary>Whether one more with a proven address can be worked on.</summary>
    internal bool HasRoom(MonoTime now) => _cookied.TryTake(now);
}
