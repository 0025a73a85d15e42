using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol;

// Data by paths, between two Holdfast ends: what goes out is kept until the other end says that it came.
public sealed partial class Tunnel
{
    private void SendDataBy(
        Peer peer, PathTable paths, PeerPath path, Keypair keypair, ReadOnlySpan<byte> plain, MonoTime now, Ecn ecn)
    {
        var room = _datagrams.Reserve(path.Remote, path.Local, Message.TransportMinimumBytes + plain.Length);
        var counter = keypair.SendCounter;
        var length = keypair.Seal(plain, room, path.Id);
        if (!paths.KeepsSent)
        {
            CommitBy(peer, path, length, now, ecn);
            return;
        }
        var position = _kept.Append(room[..length]);
        (keypair.Sent ??= new SentPackets()).Add(counter, path.Id, length, position, now);
        CommitBy(peer, path, length, now, ecn);
        Await(peer, path, now);
        if (peer.PathMode == PathMode.Redundant) SendCopy(peer, paths, path, position, length, now, ecn);
    }

    /// <summary>The same datagram by the next best path; the receiver takes whichever comes first.</summary>
    private void SendCopy(
        Peer peer, PathTable paths, PeerPath first, ulong position, int length, MonoTime now, Ecn ecn)
    {
        PeerPath? second = null;
        foreach (var path in paths.All)
        {
            if (path is not { MayCarry: true } || path == first) continue;
            if (second is null || OrderOf(path).CompareTo(OrderOf(second)) < 0) second = path;
        }
        if (second is null || !_kept.TryRead(position, length, out var datagram)) return;
        var room = _datagrams.Reserve(second.Remote, second.Local, length);
        datagram.CopyTo(room);
        Message.SetPath(room, second.Id);
        CommitBy(peer, second, length, now, ecn);
    }

    private static (PathState, PathWish, int, TimeSpan) OrderOf(PeerPath path) =>
        (path.State, path.Wish, path.Rank, path.Rtt.Smoothed);

    private void CommitBy(Peer peer, PeerPath path, int length, MonoTime now, Ecn ecn = Ecn.NotCapable)
    {
        path.SentPackets++;
        path.SentBytes += length;
        _datagrams.Commit(length, path.Remote, path.Local, peer, ecn);
        CountSent(peer, length, now);
    }

    /// <summary>Data is under way by a path: from here on an acknowledgement is due.</summary>
    private void Await(Peer peer, PeerPath path, MonoTime now)
    {
        path.LastDataSent = now;
        if (path.AwaitingSince != MonoTime.Never) return;
        path.AwaitingSince = now;
        ArmPaths(peer, path.Deadline);
    }

    private void SendFrameBy(Peer peer, Keypair keypair, PeerPath path, ReadOnlySpan<byte> frame, MonoTime now)
    {
        var room = _datagrams.Reserve(path.Remote, path.Local, Message.TransportMinimumBytes + frame.Length);
        CommitBy(peer, path, keypair.Seal(frame, room, path.Id), now);
    }

    // --- acknowledgements -------------------------------------------------------------------------------------------

    private void NoteArrival(Peer peer, PathTable paths, Keypair keypair, ulong counter, int by, in Now now)
    {
        if (paths.AcknowledgedSession != keypair)
        {
            Acknowledge(peer, paths, now.Mono);
            paths.AcknowledgedSession = keypair;
        }
        if (paths.Unacknowledged++ == 0)
        {
            paths.LowestUnacknowledged = counter;
            paths.AcknowledgementDue = now.Mono + PathLimits.AcknowledgementDelay;
            ArmPaths(peer, paths.AcknowledgementDue);
        }
        paths.LatestBy = by;
        if (counter < paths.LowestUnacknowledged) paths.LowestUnacknowledged = counter;
        if (keypair.Window.TryLatest(out var latest) && latest == counter) paths.LatestArrival = now.Mono;
        if (paths.Unacknowledged >= PathLimits.PacketsPerAcknowledgement) Acknowledge(peer, paths, now.Mono);
    }

    private void Acknowledge(Peer peer, PathTable paths, MonoTime now)
    {
        paths.AcknowledgementDue = MonoTime.Never;
        if (paths.Unacknowledged == 0 || paths.AcknowledgedSession is not { } session) return;
        paths.Unacknowledged = 0;
        // In the moment before a new session agrees, the last one still speaks.
        var keypair = peer.Current is { AgreesPaths: true } ? peer.Current : peer.Previous;
        if (keypair is not { AgreesPaths: true } || !keypair.MaySeal(now)) return;
        // Back by the way that just carried: that is the one which is in question.
        ref var arrival = ref paths.ArrivalsOf(paths.LatestBy);
        var back = paths.Find(arrival.From, LocalOf(arrival.To));
        if ((back is { MayCarry: true } ? back : paths.Active) is not { } path) return;
        // Somewhat further down than what is new, because an acknowledgement may be lost.
        var lowest = paths.LowestUnacknowledged;
        lowest -= Math.Min(lowest, PathLimits.AcknowledgedAgain);
        Span<byte> frame = stackalloc byte[Acknowledgement.MaximumBytes];
        var length = Acknowledgement.Write(session.LocalIndex, session.Window, lowest, now - paths.LatestArrival, frame);
        if (length > 0) SendFrameBy(peer, keypair, path, frame[..length], now);
    }

    private Drop HandleAcknowledgement(Peer peer, in Acknowledgement told, in Now now)
    {
        var keypair = peer.Current?.RemoteIndex == told.Session ? peer.Current
            : peer.Previous?.RemoteIndex == told.Session ? peer.Previous : null;
        if (peer.PathTable is not { } paths || keypair?.Sent is not { } sent || told.Latest >= sent.Next) return Drop.None;
        Span<MonoTime> latest = stackalloc MonoTime[PathLimits.Paths];
        latest.Fill(MonoTime.LongAgo);
        var (at, known) = (told.Latest, 0);
        for (var i = 0; i < told.Count && at + 1 > sent.First; i++)
        {
            var (arrived, missing) = told.Run(i);
            for (var left = arrived; left > 0 && at + 1 > sent.First; left--, at--)
            {
                if (!sent.Finish(at, out var one))
                {
                    if (++known > PathLimits.AcknowledgedBefore) return Drop.None;
                    continue;
                }
                if (one.At > latest[one.Path]) latest[one.Path] = one.At;
                if (at == told.Latest && one.Moves == 0 && paths[one.Path] is { } measured)
                    measured.Rtt.Add(now.Mono - one.At - told.Delay);
            }
            if ((ulong)missing > at) break;
            at -= (ulong)missing;
        }
        for (var id = 0; id < PathLimits.Paths; id++)
        {
            if (paths[id] is not { } path || path.State == PathState.Unproved || latest[id] < path.Found) continue;
            path.AwaitingSince = path.LastDataSent > latest[id] ? now.Mono : MonoTime.Never;
            Answered(peer, paths, path, PathCause.DataAcknowledged, now);
            if (path.AwaitingSince != MonoTime.Never) ArmPaths(peer, path.Deadline);
        }
        return Drop.None;
    }
}
