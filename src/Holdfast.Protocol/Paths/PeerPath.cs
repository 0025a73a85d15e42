using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Health;

namespace Holdfast.Protocol.Paths;

/// <summary>
/// A way to a peer: an address of the peer, reached from one of ours. Each end numbers the paths by which it sends; what comes
/// back is the other end's. Written by its <see cref="Tunnel"/> alone.
/// </summary>
public sealed class PeerPath
{
    internal PeerPath(byte id, in Endpoint remote, in LocalAddress local, MonoTime now)
    {
        (Id, Remote, Local, Since, Found, NextProbe) = (id, remote, local, now, now, now);
    }

    /// <summary>The number under which data goes by it, 0 to 15.</summary>
    public byte Id { get; }

    /// <summary>The peer's address.</summary>
    public Endpoint Remote { get; }

    /// <summary>Our end: an uplink's interface, or an address of ours.</summary>
    public LocalAddress Local { get; }

    /// <summary>Whether it carries.</summary>
    public PathState State { get; private set; }

    /// <summary>Why.</summary>
    public PathCause Cause { get; private set; }

    /// <summary>Since when.</summary>
    public MonoTime Since { get; private set; }

    /// <summary>Used only when nothing else works, as this end or the other has it.</summary>
    public bool IsBackup => ((Own | Told) & ProbeFlags.Backup) != 0;

    /// <summary>Probed slowly and used last, as this end or the other has it.</summary>
    public bool IsMetered => ((Own | Told) & ProbeFlags.Metered) != 0;

    /// <summary>What somebody wants of it.</summary>
    public PathWish Wish { get; internal set; } = PathWish.None;

    /// <summary>The smoothed round trip time; zero before the first answer.</summary>
    public TimeSpan RoundTripTime => Rtt.Smoothed;

    /// <summary>The mean deviation of the round trip time.</summary>
    public TimeSpan Jitter => Rtt.Variation;

    /// <summary>Datagrams sent by it, probes and acknowledgements included.</summary>
    public long SentPackets { get; internal set; }

    /// <summary>Bytes of these.</summary>
    public long SentBytes { get; internal set; }

    /// <summary>Of the datagrams sent, those that the other end says it received; it says so from time to time.</summary>
    public long ArrivedPackets { get; internal set; }

    /// <summary>How many had been sent when the other end said so, without those before it began anew.</summary>
    public long ArrivedOf { get; internal set; }

    /// <summary>Of the datagrams that the peer sent by the same way, those that came when it last said how many.</summary>
    public long CamePackets { get; internal set; }

    /// <summary>How many it said.</summary>
    public long CameOf { get; internal set; }

    /// <summary>Datagrams that were sent once more by another path when this one failed.</summary>
    public long Resent { get; internal set; }

    /// <summary>Bytes a second that it delivers when it is busy, as far as that was measured; else 0.</summary>
    public double BytesPerSecond => Rate.BytesPerSecond;

    /// <summary>Whether it carries nothing while others do, because it loses more than it adds to them.</summary>
    public bool Rests(MonoTime now) => !RestsUntil.Passed(now);

    /// <summary>When the other end last answered what went by this path.</summary>
    public MonoTime LastAnswer { get; internal set; } = MonoTime.LongAgo;

    /// <summary>What was last said against it; with <see cref="PathCause.Unreachable"/> the cause of its state.</summary>
    public Unreachable Hint { get; internal set; }

    internal ProbeFlags Own; // by our uplink
    internal ProbeFlags Told; // by the other end
    internal bool StandsIn; // for uplinks that there are no others beside
    internal long SentBefore; // bytes, when the span before this one began
    internal long SentThen; // when this one did
    internal long CountedFrom; // datagrams sent before the other end began to count
    internal int CameBy; // the interface by which the peer was heard first; 0 if it was not
    internal ushort OwnWeight = PathLimits.UsualWeight;
    internal ushort ToldWeight = PathLimits.UsualWeight;

    // --- probing -----------------------------------------------------------------------------------------------
    internal readonly MonoTime Found;
    internal PeerPath? Replaces; // the peer was there under the same number
    internal bool ProbeAsked; // the probe that is under way asked for acknowledgements
    internal ulong Nonce; // of the probe that is under way; 0 is none
    internal MonoTime ProbeSent = MonoTime.LongAgo;
    internal ulong LastNonce; // of the probe before it
    internal MonoTime LastProbeSent;
    internal MonoTime NextProbe;
    internal int UnansweredProbes;
    internal MonoTime SilentFrom = MonoTime.LongAgo; // the last answer before it was not up any more
    internal LastResults Results; // of probes and of data, since it became what it is
    internal bool IsHinted; // something was said that was not looked at yet
    internal MonoTime HintedAt = MonoTime.LongAgo; // when something was last said that was looked at
    internal MonoTime AskedAt = MonoTime.LongAgo; // whether that is so; only what was sent since can answer
    internal MonoTime AnswerDue = MonoTime.Never;
    internal int ToldMtu; // somebody says that it carries no more, in bytes, and that was not looked at yet; else 0
    internal MonoTime CutAt = MonoTime.LongAgo; // when that was last looked at

    // --- evidence ----------------------------------------------------------------------------------------------
    internal RoundTrip Rtt;
    internal RoundTrip Feedback; // until it is acknowledged, by whichever path
    internal PathRate Rate;
    internal bool Carries; // one of those that carry where several do at once
    internal MonoTime RestsUntil = MonoTime.LongAgo; // it carries nothing before then while others do
    internal TimeSpan Rest;
    internal MonoTime AwaitingSince = MonoTime.Never; // data went out then, and nothing was acknowledged since
    internal int Backoff; // doubts since an acknowledgement was last measured: by other ways it may take longer than is known
    internal MonoTime LastDataSent = MonoTime.LongAgo;
    internal MonoTime MayLeadFrom = MonoTime.LongAgo; // hold-down: not preferred to one that works before then
    internal TimeSpan HoldDown;

    /// <summary>Whether it was up, and answers no more; a lost uplink is another thing.</summary>
    internal bool FellSilent => State is PathState.Doubted or PathState.Down && Cause is not (PathCause.UplinkLost or PathCause.PeerUplinkLost);

    internal bool MayCarry => State is PathState.Up or PathState.Doubted;

    internal void Become(PathState state, PathCause cause, MonoTime now)
    {
        if (State == state) return;
        if (State == PathState.Up) SilentFrom = LastAnswer;
        (State, Cause, Since) = (state, cause, now);
        (Results, AwaitingSince, AnswerDue) = (default, MonoTime.Never, MonoTime.Never);
    }

    /// <summary>Why it does not answer: what was said of it, if it has not answered since.</summary>
    internal PathCause Blame(PathCause otherwise) => HintedAt <= LastAnswer ? otherwise
        : Hint.Kind == UnreachableKind.Refused ? PathCause.SendRefused : PathCause.Unreachable;

    /// <summary>Whether an answer to what was sent then counts: whatever went before a question does not answer it.</summary>
    internal bool TakeAnswer(MonoTime sent)
    {
        if (sent < AskedAt) return false;
        AnswerDue = MonoTime.Never;
        return true;
    }

    /// <summary>When an answer is overdue: to a question, or to data that was sent by it.</summary>
    internal MonoTime Deadline => DataDeadline < AnswerDue ? DataDeadline : AnswerDue;

    internal MonoTime DataDeadline => AwaitingSince == MonoTime.Never ? MonoTime.Never
        : AwaitingSince + (RoundTrip.Longer(Rtt.Patience, Feedback.IsKnown ? Feedback.Patience : TimeSpan.Zero) * (1 << Backoff))
            + (PathLimits.AcknowledgementDelay * 2);

    /// <summary>Whether what went then under this number is lost: several later ones have arrived, or one, and it is overdue (RFC 9002
    /// section 6.1).</summary>
    internal bool HasLost(uint sequence, MonoTime sent, MonoTime now) => Rate.IsOvertaken(sequence, PathLimits.OvertakenBy)
        || (Rate.IsLeftBehind(sequence) && Feedback.IsKnown && (sent + (RoundTrip.Longer(Feedback.Smoothed, Rtt.Smoothed) * 1.125) + PathLimits.AcknowledgementDelay).Passed(now));

    /// <summary>Whether packets by it overtake what goes by another.</summary>
    internal bool IsFasterThan(PeerPath other) =>
        this != other && (!other.Rate.KnowsWay || other.Rate.Way - Rate.Way > PathLimits.QueueSeen || other.State != PathState.Up);

    /// <summary>Whether what goes by it leaves by the same wire as by another, as far as is known: where the host's routing decides, from the
    /// same address.</summary>
    internal bool SharesUplink(PeerPath other) =>
        Local.InterfaceIndex == other.Local.InterfaceIndex && (Local.InterfaceIndex != 0 || Local == other.Local);

    /// <summary>Whether one more may go by it. While nothing is awaited, one may: what is counted as under way is not any more.</summary>
    internal bool HasRoom(int length, MonoTime now) => AwaitingSince == MonoTime.Never || Rate.InFlight + length <= Rate.Window(now);

    /// <summary>As the other end's word on its way, or ours, has it: less is better.</summary>
    internal int Rank => (StandsIn ? 8 : 0) + (IsBackup ? 4 : 0) + (IsMetered ? 2 : 0);

    /// <summary>Bytes sent by it in the last one or two spans of <see cref="PathLimits.ShareCounts"/>.</summary>
    internal long SentLately => SentBytes - SentBefore;

    /// <summary>How much both ends prefer it where others are alike: more is better.</summary>
    internal int Weight => OwnWeight * ToldWeight;
}
