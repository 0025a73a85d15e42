namespace Holdfast.Protocol.Paths;

/// <summary>
/// A peer was heard at a place in the stead of that where data goes, and has not answered there yet: the last that went since is kept,
/// to go there, too, once it has.
/// </summary>
internal sealed class PeerMove(PeerPath from, MonoTime since)
{
    private Sent[] _ring = [];
    private long _count;

    /// <summary>Where data goes.</summary>
    internal PeerPath From { get; } = from;

    /// <summary>Where the peer was heard last.</summary>
    internal required PeerPath To { get; set; }

    /// <summary>Whether it has had its time to answer.</summary>
    internal bool IsOver(MonoTime now) => (since + PathLimits.MoveTakes).Passed(now);

    /// <summary>The oldest makes room.</summary>
    internal void Add(in Sent sent)
    {
        if (_ring.Length == 0) _ring = new Sent[PathLimits.MovedPackets];
        _ring[_count++ % _ring.Length] = sent;
    }

    /// <summary>The next that is kept, the oldest first; false behind the last.</summary>
    internal bool TryRead(ref long next, out Sent sent)
    {
        next = Math.Max(next, _count - _ring.Length);
        sent = next < _count ? _ring[next % _ring.Length] : default;
        return next++ < _count;
    }

    internal readonly record struct Sent(ulong Position, ushort Length, Ecn Ecn, MonoTime At);
}
