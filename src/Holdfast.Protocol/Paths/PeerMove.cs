namespace Holdfast.Protocol.Paths;

/// <summary>
/// A peer was heard at a place in the stead of that where data goes, and has not answered there yet: the last that went since is kept,
/// to go there, too, once it has.
/// </summary>
internal sealed class PeerMove(PeerPath from)
{
    private readonly Sent[] _ring = new Sent[PathLimits.MovedPackets];
    private int _count;

    /// <summary>Where data goes.</summary>
    internal PeerPath From { get; } = from;

    /// <summary>Where the peer was heard last.</summary>
    internal required PeerPath To { get; set; }

    /// <summary>Whether it has had its time to answer.</summary>
    internal bool IsOver(MonoTime now) => (To.Found + PathLimits.SentAgainFor).Passed(now);

    /// <summary>The oldest makes room.</summary>
    internal void Add(in Sent sent) => _ring[_count++ % _ring.Length] = sent;

    /// <summary>Takes the oldest away; false if there is none.</summary>
    internal bool TryTake(ref int taken, out Sent sent)
    {
        taken = Math.Max(taken, _count - _ring.Length);
        sent = taken < _count ? _ring[taken % _ring.Length] : default;
        return taken++ < _count;
    }

    internal readonly record struct Sent(ulong Position, ushort Length, Ecn Ecn, MonoTime At);
}
