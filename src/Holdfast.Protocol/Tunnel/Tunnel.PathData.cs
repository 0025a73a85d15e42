using System.Numerics;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol;

// Data by paths, between two Holdfast ends: 1. which path, or none yet (bond)  2. what goes out is kept until the other end says
// that it came  3. what that tells of each path  4. what is lost goes once more, what waits goes on.
public sealed partial class Tunnel
{
    private void SendDataBy(
        Peer peer, PathTable paths, PeerPath active, Keypair keypair, ReadOnlySpan<byte> plain, MonoTime now, Ecn ecn)
    {
        var length = Message.TransportMinimumBytes + plain.Length;
        if (!paths.KeepsSent)
        {
            var plainly = _datagrams.Reserve(active.Remote, active.Local, length);
            keypair.Seal(plain, plainly, active.Id);
            if (paths.Move is { } move) KeepBehind(paths, move, active, plainly[..length], now, ecn);
            CommitBy(peer, active, length, now, ecn);
            return;
        }
        var waiting = WaitingBytes(peer);
        var path = peer.PathMode != PathMode.Bond || paths.Carrying.IsEmpty ? active
            : waiting > 0 ? null : Spreading.Choose(paths.Carrying, paths.Latest, length, length, now);
        if (path is null && waiting + length > Spreading.MostWaiting(paths.Carrying, now - WaitingSince(peer, now)))
        {
            Count(peer, Drop.PathsFull);
            return;
        }
        var sent = keypair.Sent ??= new SentPackets();
        var counter = keypair.SendCounter;
        while (sent.IsFullFor(counter)) Forget(paths, sent.ForgetOldest());
        if (path is null)
        {
            keypair.Seal(plain, _kept.Add(length, out var place));
            sent.Add(counter, length, place, ecn, now);
            SendWaiting(peer, paths, now);
            return;
        }
        paths.Latest = path;
        var room = _datagrams.Reserve(path.Remote, path.Local, length);
        keypair.Seal(plain, room, path.Id);
        room[..length].CopyTo(_kept.Add(length, out var position));
        sent.Add(counter, length, position, ecn, now);
        Go(peer, sent, counter, length, path, now, ecn);
        if (peer.PathMode == PathMode.Redundant) SendCopy(peer, paths, path, position, length, now, ecn);
    }

    /// <summary>Keeps what goes where the peer may be no more.</summary>
    private void KeepBehind(PathTable paths, PeerMove move, PeerPath by, ReadOnlySpan<byte> datagram, MonoTime now, Ecn ecn)
    {
        if (move.From != by || move.IsOver(now))
        {
            paths.Move = null;
            return;
        }
        datagram.CopyTo(_behind.Add(datagram.Length, out var position));
        move.Add(new PeerMove.Sent(position, (ushort)datagram.Length, ecn, now));
    }

    /// <summary>It was there: what was kept goes there, once; whatever came at the last place, too, is a copy.</summary>
    private void SendBehind(Peer peer, PeerMove move, PeerPath by, MonoTime now)
    {
        for (long next = 0; move.TryRead(ref next, out var sent);)
        {
            if ((sent.At + PathLimits.SentAgainFor).Passed(now)) continue; // whoever sent it has given it up
            if (!TryCopy(_behind, sent.Position, sent.Length, by)) continue;
            CommitBy(peer, by, sent.Length, now, sent.Ecn);
            move.From.Resent++;
        }
    }

    /// <summary>Sends what stands in the reserved room by a path, and notes it.</summary>
    private void Go(Peer peer, SentPackets sent, ulong counter, int length, PeerPath path, MonoTime now, Ecn ecn)
    {
        path.Rate.Sent(length, now);
        sent.Go(counter, path, now);
        CommitBy(peer, path, length, now, ecn);
        Await(peer, path, now);
    }

    /// <summary>The same datagram by the next best path, by another wire at both ends if there is one; the receiver takes whichever comes
    /// first.</summary>
    private void SendCopy(
        Peer peer, PathTable paths, PeerPath first, ulong position, int length, MonoTime now, Ecn ecn)
    {
        PeerPath? second = null;
        foreach (var path in paths.All)
        {
            if (path is not { MayCarry: true } || path == first || (path.StandsIn && !first.StandsIn)) continue;
            if (second is null || OrderOf(path, first).CompareTo(OrderOf(second, first)) < 0) second = path;
        }
        if (second is null || !TryCopyKept(position, length, second)) return;
        CommitBy(peer, second, length, now, ecn);
        Await(peer, second, now);
    }

    private static (PathState, PathWish, int, bool, bool, TimeSpan) OrderOf(PeerPath path, PeerPath first) =>
        (path.State, path.Wish, path.Rank, path.SharesUplink(first), path.Remote == first.Remote, path.Rtt.Smoothed);

    private bool TryCopyKept(ulong position, int length, PeerPath path) => TryCopy(_kept, position, length, path);

    private bool TryCopy(SendRing kept, ulong position, int length, PeerPath path)
    {
        if (!kept.TryRead(position, length, out var datagram)) return false;
        var room = _datagrams.Reserve(path.Remote, path.Local, length);
        datagram.CopyTo(room);
        Message.SetPath(room, path.Id);
        return true;
    }

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
        if (IsIdle(path, now) && path.NextProbe > now + PathLimits.CarryingProbe)
        {
            path.NextProbe = now + PathLimits.CarryingProbe; // it carries from here on
            ArmPaths(peer, path.NextProbe);
        }
        path.LastDataSent = now;
        if (path.AwaitingSince != MonoTime.Never) return;
        path.AwaitingSince = now;
        ArmPaths(peer, path.Deadline);
    }

    private void SendFrameBy(Peer peer, Keypair keypair, PeerPath path, ReadOnlySpan<byte> frame, MonoTime now)
    {
        var counter = keypair.SendCounter;
        var room = _datagrams.Reserve(path.Remote, path.Local, Message.TransportMinimumBytes + frame.Length);
        CommitBy(peer, path, keypair.Seal(frame, room, path.Id), now);
        if (peer.PathMode != PathMode.Bond || peer.PathTable is not { HasSeveral: true } paths) return;
        // Packets behind it, by a faster path, are not to wait for it.
        if (Spreading.Fastest(paths.Carrying) is not { } fastest || !fastest.IsFasterThan(path)) return;
        Span<byte> skip = stackalloc byte[Skip.Bytes];
        new Skip(counter).Write(skip);
        var ahead = _datagrams.Reserve(fastest.Remote, fastest.Local, Message.TransportMinimumBytes + skip.Length);
        CommitBy(peer, fastest, keypair.Seal(skip, ahead, fastest.Id), now);
    }

    // --- what waits, and what goes once more ------------------------------------------------------------------------

    private static int WaitingBytes(Peer peer) =>
        (peer.Previous?.Sent?.WaitingBytes ?? 0) + (peer.Current?.Sent?.WaitingBytes ?? 0);

    private static MonoTime WaitingSince(Peer peer, MonoTime now) =>
        peer.Previous?.Sent is { WaitingBytes: > 0 } before && before.TryFind(before.Waiting, out var first) ? first.Sealed
        : peer.Current?.Sent is { WaitingBytes: > 0 } sent && sent.TryFind(sent.Waiting, out first) ? first.Sealed : now;

    /// <summary>Sends what waits, the oldest first, as far as paths have room.</summary>
    private void SendWaiting(Peer peer, PathTable paths, MonoTime now)
    {
        if (SendWaiting(peer, paths, peer.Previous, now)) SendWaiting(peer, paths, peer.Current, now);
    }

    private bool SendWaiting(Peer peer, PathTable paths, Keypair? keypair, MonoTime now)
    {
        if (keypair?.Sent is not { } sent) return true;
        while (sent.WaitingBytes > 0)
        {
            var counter = sent.Waiting;
            sent.TryFind(counter, out var one);
            var path = paths.Carrying.IsEmpty || !paths.HasSeveral || peer.PathMode != PathMode.Bond || IsGivenUp(one, now) ? paths.Active
                : Spreading.Choose(paths.Carrying, paths.Latest, one.Length, WaitingBytes(peer), now);
            if (path is null) return false;
            paths.Latest = path;
            SendKept(peer, sent, counter, one, path, now);
        }
        return true;
    }

    /// <summary>Sends a datagram that is kept; one that is not any more, or is old, is given up.</summary>
    private void SendKept(
        Peer peer, SentPackets sent, ulong counter, in SentPackets.Sent one, PeerPath by, MonoTime now)
    {
        var isOld = IsGivenUp(one, now);
        if (isOld || !TryCopyKept(one.Position, one.Length, by))
        {
            sent.Finish(counter, out _);
            if (!isOld) Count(peer, Drop.NotKept);
            return;
        }
        Go(peer, sent, counter, one.Length, by, now, one.Ecn);
        if (peer is { PathMode: PathMode.Redundant, PathTable: { } paths }) SendCopy(peer, paths, by, one.Position, one.Length, now, one.Ecn);
    }

    /// <summary>Whoever sent what is old has given it up.</summary>
    private static bool IsGivenUp(in SentPackets.Sent one, MonoTime now) =>
        (one.Sealed + PathLimits.SentAgainFor).Passed(now) || one.Moves == PathLimits.SentAgainTimes;

    private static void ForgetSent(PathTable paths, Keypair? keypair)
    {
        if (keypair?.Sent is not { } sent) return;
        while (sent.First < sent.Next) Forget(paths, sent.ForgetOldest());
    }

    /// <summary>It is not known any more whether this one arrives.</summary>
    private static void Forget(PathTable paths, in SentPackets.Sent one)
    {
        if (!one.IsDone && !one.IsWaiting && paths[one.Path] is { } path) path.Rate.Gone(one.Length);
    }

    /// <summary>What went by a path that failed goes by the others.</summary>
    private void SendAgain(Peer peer, PathTable paths, Keypair? keypair, PeerPath from, PeerPath by, MonoTime now, int longerThan = 0)
    {
        if (keypair?.Sent is not { } sent) return;
        for (var counter = sent.First; counter < sent.Waiting; counter++)
        {
            if (!sent.TryFind(counter, out var one) || one.IsDone || one.Path != from.Id || one.Length <= longerThan) continue;
            if (longerThan > 0 && one.Moves > 0) continue; // once for that reason: anybody can give it
            from.Rate.Gone(one.Length);
            from.Resent++;
            SendKept(peer, sent, counter, one, NextFor(peer, paths, by), now);
        }
    }

    private static PeerPath NextFor(Peer peer, PathTable paths, PeerPath otherwise) =>
        peer.PathMode == PathMode.Bond ? Spreading.Soonest(paths.Carrying) ?? otherwise : otherwise;

    /// <summary>What was overtaken on its path is lost, and goes once more.</summary>
    private void SendLost(Peer peer, PathTable paths, Keypair? keypair, MonoTime now)
    {
        if (keypair?.Sent is not { } sent || paths.Active is not { } active) return;
        for (var counter = sent.First; counter < sent.Waiting; counter++)
        {
            if (!sent.TryFind(counter, out var one) || one.IsDone || one.IsWaiting) continue;
            if (paths[one.Path] is not { } path || !path.HasLost(one.Sequence, one.At, now)) continue;
            path.Rate.FoundLost(one.Length, one.Sequence);
            path.Resent++;
            SendKept(peer, sent, counter, one, NextFor(peer, paths, active), now);
        }
    }

    // --- acknowledgements -------------------------------------------------------------------------------------------

    private void NoteArrival(Peer peer, PathTable paths, Keypair keypair, ulong counter, int by, in Now now)
    {
        if (paths.AcknowledgedSession != keypair)
        {
            Acknowledge(peer, paths, now.Mono);
            paths.AcknowledgedSession = keypair;
            Array.Fill(paths.LowestBefore, ulong.MaxValue);
        }
        if (paths.Unacknowledged++ == 0)
        {
            paths.LowestUnacknowledged = counter;
            paths.AcknowledgementDue = now.Mono + PathLimits.AcknowledgementDelay;
            ArmPaths(peer, paths.AcknowledgementDue);
        }
        if (counter < paths.LowestUnacknowledged) paths.LowestUnacknowledged = counter;
        (paths.LatestBy, paths.Newest, paths.NewestAt) = (by, counter, now.Mono);
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
        if (WayBack(paths, now) is not { } path) return;
        // What those before said, too, and somewhat more, because they may be lost.
        paths.LowestBefore[paths.Acknowledgements++ % PathLimits.AcknowledgementsTold] = paths.LowestUnacknowledged;
        var lowest = paths.LowestUnacknowledged;
        foreach (var before in paths.LowestBefore) lowest = Math.Min(lowest, before);
        lowest -= Math.Min(lowest, PathLimits.AcknowledgedAgain);
        Span<byte> frame = stackalloc byte[Acknowledgement.MaximumBytes];
        var length = Acknowledgement.Write(session.LocalIndex, session.Window, lowest, paths.Newest, now - paths.NewestAt, ClockOf(now), frame);
        if (length > 0) SendFrameBy(peer, keypair, path, frame[..length], now);
    }

    /// <summary>
    /// Back by the way that just carried: that is the one which is in question. Where several carry at once, mostly by the one that the
    /// other end finds the fastest, as long as it carries.
    /// </summary>
    private PeerPath? WayBack(PathTable paths, MonoTime now)
    {
        ref var latest = ref paths.ArrivalsOf(paths.LatestBy);
        var back = paths.Find(latest.From, LocalOf(latest.To));
        if (back is not { MayCarry: true }) back = paths.Active;
        if (paths.Order is null || paths.Acknowledgements % PathLimits.AcknowledgementsByAll == 0) return back;
        ref var arrival = ref paths.ArrivalsOf(paths.Fastest);
        if (!arrival.From.IsKnown || (arrival.LastAt + (PathLimits.AcknowledgementDelay * 2)).Passed(now)) return back;
        return paths.Find(arrival.From, LocalOf(arrival.To)) is { State: PathState.Up } path ? path : back;
    }

    private static uint ClockOf(MonoTime now) => (uint)(now.Nanoseconds / 1000);

    /// <summary>From a moment by our clock to one by theirs.</summary>
    private static TimeSpan WayOf(long theirs, MonoTime ours) => TimeSpan.FromMicroseconds(theirs - (ours.Nanoseconds / 1000));

    private Drop HandleAcknowledgement(
        Peer peer, in Acknowledgement told, in Endpoint from, in LocalAddress to, in Now now)
    {
        var keypair = peer.Current?.RemoteIndex == told.Session ? peer.Current
            : peer.Previous?.RemoteIndex == told.Session ? peer.Previous : null;
        if (peer.PathTable is not { } paths || keypair?.Sent is not { } sent || told.Latest >= keypair.SendCounter) return Drop.None;
        var hasNewest = sent.TryFind(told.Newest, out var newest) && newest is { IsDone: false, Moves: 0, IsWaiting: false };
        Span<SentPackets.Sent> latest = stackalloc SentPackets.Sent[PathLimits.Paths]; // by path, of those that are news
        latest.Clear();
        var hasNews = TakeArrived(paths, sent, told, latest);
        var at = paths.TheirTime(told.Clock);
        if (hasNewest && paths[newest.Path] is { } measured && measured.Found <= newest.At)
        {
            var took = now.Mono - newest.At - told.Delay;
            if (paths.Find(from, LocalOf(to)) == measured) measured.Rtt.Add(took); // there and back
            measured.Feedback.Add(took);
            measured.Backoff = 0;
            measured.Rate.Came(WayOf(at, newest.At) - told.Delay, took, now.Mono);
        }
        var isBond = peer.PathMode == PathMode.Bond;
        if (hasNews && peer.PathMode == PathMode.Redundant) SomeCopyArrived(peer, paths, latest, now.Mono);
        for (var id = 0; id < PathLimits.Paths && peer.PathMode != PathMode.Redundant; id++)
        {
            if (latest[id].Sequence == 0 || paths[id] is not { } path || path.State == PathState.Unproved) continue;
            var isCertain = latest[id].Moves == 0; // else the first copy may have come, by whichever path
            if (isCertain) path.Rate.Measure(latest[id], at, now.Mono);
            path.AwaitingSince = path.LastDataSent > latest[id].At || (!isCertain && isBond && path.Rate.InFlight > 0) ? now.Mono : MonoTime.Never;
            if (isCertain && path.TakeAnswer(latest[id].At)) Answered(peer, paths, path, PathCause.DataAcknowledged, now);
            if (path.AwaitingSince != MonoTime.Never) ArmPaths(peer, path.Deadline);
        }
        if (isBond && hasNews)
        {
            SendLost(peer, paths, peer.Previous, now.Mono);
            SendLost(peer, paths, peer.Current, now.Mono);
            HaveLossyRest(peer, paths, now);
        }
        SendWaiting(peer, paths, now.Mono);
        return Drop.None;
    }

    private static bool TakeArrived(PathTable paths, SentPackets sent, in Acknowledgement told, Span<SentPackets.Sent> latest)
    {
        var hasNews = false;
        for (var i = 0; i < told.Count; i++)
        {
            var top = told.Latest - ((ulong)i * Acknowledgement.MessagesPerWord);
            if (top > told.Latest || top < sent.First) break;
            for (var word = told.Word(i); word != 0;)
            {
                var below = BitOperations.LeadingZeroCount(word);
                word &= ~(1UL << (63 - below));
                if ((ulong)below > top || !sent.Finish(top - (ulong)below, out var one) || one.IsWaiting) continue;
                if (paths[one.Path] is not { } path || path.Found > one.At) continue; // another had its number then
                hasNews = true;
                path.Rate.Arrived(one.Length, one.Sequence, wasMoved: one.Moves > 0);
                ref var last = ref latest[one.Path];
                if (last.Sequence == 0 || (int)(one.Sequence - last.Sequence) > 0) last = one;
            }
        }
        return hasNews;
    }

    /// <summary>By which path is not known: whether each of them carries, only its probes tell.</summary>
    private void SomeCopyArrived(Peer peer, PathTable paths, ReadOnlySpan<SentPackets.Sent> latest, MonoTime now)
    {
        var at = MonoTime.LongAgo;
        foreach (var one in latest)
            if (one.Sequence != 0 && one.At > at) at = one.At;
        foreach (var path in paths.All)
        {
            if (path is not { MayCarry: true } || path.AwaitingSince == MonoTime.Never) continue;
            path.AwaitingSince = path.LastDataSent > at ? now : MonoTime.Never;
            if (path.AwaitingSince != MonoTime.Never) ArmPaths(peer, path.Deadline);
        }
    }

    /// <summary>One uplink or address at a time: it was judged beside the others. Its paths that did not carry are tried first.</summary>
    private void HaveLossyRest(Peer peer, PathTable paths, in Now now)
    {
        var lossy = FindLossy(paths, byAddress: false);
        var byAddress = lossy is null; // one address may be reached by a good uplink and a bad one
        lossy ??= FindLossy(paths, byAddress: true);
        if (lossy is null) return;
        foreach (var path in paths.All)
        {
            if (path is null || (byAddress ? path.Remote != lossy.Remote : !path.SharesUplink(lossy))) continue;
            path.Rest = (path.RestsUntil + PathLimits.ForgivenAfter).Passed(now.Mono) ? PathLimits.Rest : path.Rest * 2;
            if (path.Rest > PathLimits.LongestHoldDown) path.Rest = PathLimits.LongestHoldDown;
            path.RestsUntil = now.Mono + (path.Carries ? path.Rest : path.Rest / 2);
            path.Rate.ForgetLoss();
            ArmPaths(peer, path.RestsUntil);
        }
        Choose(peer, paths, now);
    }

    private static PeerPath? FindLossy(PathTable paths, bool byAddress)
    {
        foreach (var path in paths.Carrying)
            if (Spreading.SlowsDown(path!, paths.Carrying, byAddress)) return path;
        return null;
    }
}
