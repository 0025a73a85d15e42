using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol;

// Several paths to one peer, between two Holdfast ends: 1. what could be a path gets probes until it has answered  2. the best that
// works carries; what goes by it is kept until it is acknowledged  3. a path that is lost, or silent while it carries, is left at
// once, and what it may have lost goes by the next  4. it is probed, and comes back after it has answered for a while.
public sealed partial class Tunnel
{
    /// <summary>Tells where else a peer may be, besides its endpoint.</summary>
    public void SetElsewhere(Peer peer, IReadOnlyList<Endpoint> endpoints, in Now now)
    {
        peer.Elsewhere = [.. endpoints.Take(PathLimits.Endpoints)];
        FindPaths(peer, now, hasNews: true);
    }

    /// <summary>
    /// Hears which uplinks there are, whenever that changes. With none told, there is one way to each peer, and the host's routing
    /// decides where it leads.
    /// </summary>
    public void SetUplinks(IReadOnlyList<LocalUplink> usable, in Now now)
    {
        var before = Uplinks;
        Uplinks = [.. usable];
        foreach (var peer in _peers.Peers)
        {
            LeaveLostUplinks(peer, before, now);
            FindPaths(peer, now, hasNews: true);
        }
    }

    /// <summary>Prefers a path of a peer, avoids it, or neither; it counts at once.</summary>
    public void SetPathWish(Peer peer, PeerPath path, PathWish wish, in Now now)
    {
        path.Wish = wish;
        if (peer.PathTable is { } paths) Choose(peer, paths, now);
    }

    private Capabilities OffersTo(Peer peer) => peer.PathMode == PathMode.Single ? Offers & ~Capabilities.Paths : Offers;

    // --- which paths there are ------------------------------------------------------------------------------------

    /// <summary>The session agrees on paths, or there may be more of them: each that could be one is probed.</summary>
    private void FindPaths(Peer peer, in Now now, bool hasNews = false)
    {
        if (peer.Current is not { AgreesPaths: true } || !peer.CurrentEndpoint.IsKnown || peer.PathMode == PathMode.Single) return;
        if (peer.PathTable is null && Uplinks.Length < 2 && !IsElsewhere(peer)) return;
        var paths = PathsOf(peer, now);
        FindPathsTo(paths, peer.CurrentEndpoint, hasNews, now);
        foreach (var remote in peer.Elsewhere) FindPathsTo(paths, remote, hasNews, now);
        foreach (var path in paths.All)
        {
            if (path is null) continue;
            path.Own = FlagsOf(path.Local);
            // Without a session nobody could be asked.
            if (path.State == PathState.Up && (path.LastAnswer + ProbeInterval(path, now.Mono)).Passed(now.Mono)) path.NextProbe = now.Mono;
        }
        ArmPaths(peer, now.Mono);
    }

    /// <summary>Whether it may have another address than the one that is in use.</summary>
    private static bool IsElsewhere(Peer peer)
    {
        foreach (var endpoint in peer.Elsewhere)
            if (endpoint != peer.CurrentEndpoint) return true;
        return false;
    }

    private void FindPathsTo(PathTable paths, in Endpoint remote, bool hasNews, in Now now)
    {
        if (Uplinks.Length == 0) AddPath(paths, remote, default, hasNews, now);
        foreach (var uplink in Uplinks)
        {
            if (remote.Family == 4 ? !uplink.HasV4 : !uplink.HasV6) continue;
            AddPath(paths, remote, new LocalAddress(default, uplink.InterfaceIndex), hasNews, now);
        }
    }

    /// <summary>One that does not carry is probed soon; with news of it, as if it were new.</summary>
    private static void AddPath(PathTable paths, in Endpoint remote, in LocalAddress local, bool hasNews, in Now now)
    {
        var path = paths.Find(remote, local) ?? paths.Add(remote, local, now.Mono);
        if (path is null || path.State == PathState.Up) return;
        path.NextProbe = Soonest(path, now.Mono);
        if (hasNews) path.UnansweredProbes = 0;
    }

    /// <summary>Nobody has us probe a place faster than three times a second.</summary>
    private static MonoTime Soonest(PeerPath path, MonoTime now)
    {
        var allowed = path.ProbeSent + PathLimits.UnprovedProbe;
        return allowed > now ? allowed : now;
    }

    /// <summary>The table of a peer's paths; new, it has the way by which the session came.</summary>
    private PathTable PathsOf(Peer peer, in Now now)
    {
        if (peer.PathTable is { } there) return there;
        var paths = peer.PathTable = new PathTable();
        var first = paths.Add(peer.CurrentEndpoint, LocalOf(peer.Source), now.Mono)!;
        first.Become(PathState.Up, PathCause.Handshake, now.Mono);
        paths.Active = first;
        ref var arrival = ref paths.ArrivalsOf(0); // so far everything came by it
        (arrival.From, arrival.To) = (peer.CurrentEndpoint, peer.Source);
        return paths;
    }

    private static void WidenWindows(Peer peer)
    {
        peer.Previous?.Window.Widen(PathLimits.ReplayWindowBits);
        peer.Current?.Window.Widen(PathLimits.ReplayWindowBits);
        peer.Next?.Window.Widen(PathLimits.ReplayWindowBits);
    }

    private static void DropPaths(Peer peer)
    {
        peer.PathTable = null;
        peer.Timers.Paths = MonoTime.Never;
    }

    /// <summary>The end of a path by which a datagram came: the uplink if it is one that was told, else the address.</summary>
    private LocalAddress LocalOf(in LocalAddress to)
    {
        foreach (var uplink in Uplinks)
            if (uplink.InterfaceIndex == to.InterfaceIndex) return new LocalAddress(default, to.InterfaceIndex);
        return to with { InterfaceIndex = 0 };
    }

    private ProbeFlags FlagsOf(in LocalAddress local)
    {
        foreach (var uplink in Uplinks)
        {
            if (uplink.InterfaceIndex != local.InterfaceIndex) continue;
            return (uplink.IsBackup ? ProbeFlags.Backup : ProbeFlags.None) | (uplink.IsMetered ? ProbeFlags.Metered : ProbeFlags.None);
        }
        return ProbeFlags.None;
    }

    private bool HasUplink(in LocalAddress local)
    {
        if (local.InterfaceIndex == 0) return true;
        foreach (var uplink in Uplinks)
            if (uplink.InterfaceIndex == local.InterfaceIndex) return true;
        return false;
    }

    private void LeaveLostUplinks(Peer peer, LocalUplink[] before, in Now now)
    {
        if (peer.PathTable is not { } paths)
        {
            var index = peer.Source.InterfaceIndex;
            if (Uplinks.Length == 0 || HasUplink(peer.Source) || !Array.Exists(before, u => u.InterfaceIndex == index)) return;
            peer.Source = BestUplink(peer.CurrentEndpoint);
            if (peer.HasSession) Arm(peer, ref peer.Timers.Keepalive, now.Mono); // shows the peer where it is heard from now on
            return;
        }
        ushort lost = 0;
        for (var id = 0; id < PathLimits.Paths; id++)
        {
            ref var arrival = ref paths.ArrivalsOf(id);
            if (arrival.From.IsKnown && arrival.To.InterfaceIndex != 0 && !HasUplink(arrival.To) && WasUplink(paths, arrival.To))
            {
                lost |= (ushort)(1 << id);
                arrival.From = default; // said once
            }
        }
        foreach (var path in paths.All)
            if (path is { MayCarry: true } && !HasUplink(path.Local)) Fail(peer, paths, path, PathCause.UplinkLost, now);
        if (lost != 0) SayLost(peer, paths, lost, now);
    }

    /// <summary>The uplink by which a peer without paths is reached: the first that leads there, backup and metered ones last. By the
    /// host's choice if none does.</summary>
    private LocalAddress BestUplink(in Endpoint remote)
    {
        LocalUplink? best = null;
        foreach (var uplink in Uplinks)
        {
            if (remote.Family == 4 ? !uplink.HasV4 : !uplink.HasV6) continue;
            if (best is not { } there || RankOf(uplink) < RankOf(there)) best = uplink;
        }
        return best is { } found ? new LocalAddress(default, found.InterfaceIndex) : default;

        static int RankOf(LocalUplink uplink) => (uplink.IsBackup ? 2 : 0) + (uplink.IsMetered ? 1 : 0);
    }

    private static bool WasUplink(PathTable paths, in LocalAddress to)
    {
        foreach (var path in paths.All)
            if (path is not null && path.Local.InterfaceIndex == to.InterfaceIndex) return true;
        return false;
    }

    // --- choice -----------------------------------------------------------------------------------------------------

    private void Choose(Peer peer, PathTable paths, in Now now)
    {
        paths.CountWorking();
        var best = paths.Active is { State: PathState.Up } active ? active : null;
        foreach (var path in paths.All)
            if (path is { MayCarry: true } && (best is null || IsBetter(path, best, now.Mono))) best = path;
        if (best is null || best == paths.Active) return;
        paths.Active = best;
        var hasMoved = peer.CurrentEndpoint != best.Remote;
        (peer.CurrentEndpoint, peer.Source) = (best.Remote, best.Local); // for handshakes, and who asks where the peer is
        _events.PathChanged(peer, best);
        if (hasMoved) _events.EndpointChanged(peer);
    }

    /// <summary>Whoever leads goes on leading unless it is doubted, or clearly worse than one that has worked for a while.</summary>
    private static bool IsBetter(PeerPath path, PeerPath than, MonoTime now)
    {
        if (path.State != than.State) return path.State == PathState.Up;
        if (path.Wish != than.Wish) return path.Wish < than.Wish;
        if (!path.MayLeadFrom.Passed(now)) return false;
        if (path.Rank != than.Rank) return path.Rank < than.Rank;
        return path.Rtt.IsKnown && (path.Rtt.Smoothed * 2) + PathLimits.ClearlyBetter < than.Rtt.Smoothed;
    }

    /// <summary>It does not carry: what it may have lost goes by the next.</summary>
    private void Fail(Peer peer, PathTable paths, PeerPath path, PathCause cause, in Now now)
    {
        if (path.State == PathState.Down) return;
        HoldDown(path, now.Mono);
        path.Become(PathState.Down, cause, now.Mono);
        (path.Nonce, path.UnansweredProbes, path.NextProbe) = (0, 0, now.Mono + PathLimits.CarryingProbe);
        _events.PathChanged(peer, path);
        Leave(peer, paths, path, now);
    }

    /// <summary>Data stays unanswered: others carry until it has answered again.</summary>
    private void Doubt(Peer peer, PathTable paths, PeerPath path, in Now now)
    {
        HoldDown(path, now.Mono);
        path.Become(PathState.Doubted, PathCause.DataUnanswered, now.Mono);
        _events.PathChanged(peer, path);
        foreach (var other in paths.All)
            if (other is { MayCarry: true }) (other.Nonce, other.NextProbe) = (0, now.Mono);
        Leave(peer, paths, path, now);
    }

    private static void HoldDown(PeerPath path, MonoTime now)
    {
        if (path.State != PathState.Up) return;
        var flaps = path.HoldDown > TimeSpan.Zero && !(path.Since + PathLimits.ForgivenAfter).Passed(now);
        path.HoldDown = flaps ? path.HoldDown * 2 : PathLimits.HoldDown;
        if (path.HoldDown > PathLimits.LongestHoldDown) path.HoldDown = PathLimits.LongestHoldDown;
    }

    private void Leave(Peer peer, PathTable paths, PeerPath path, in Now now)
    {
        Choose(peer, paths, now);
        ArmPaths(peer, now.Mono);
        if (paths.Active is not { MayCarry: true } next || next == path) return;
        SendAgain(peer, peer.Previous, path, next, now.Mono);
        SendAgain(peer, peer.Current, path, next, now.Mono);
    }

    private void SendAgain(Peer peer, Keypair? keypair, PeerPath from, PeerPath by, MonoTime now)
    {
        if (keypair?.Sent is not { } sent) return;
        for (var counter = sent.First; counter < sent.Next; counter++)
        {
            if (!sent.TryFind(counter, out var one) || one.IsDone || one.Path != from.Id) continue;
            if ((one.At + PathLimits.SentAgainFor).Passed(now) || one.Moves == PathLimits.SentAgainTimes)
            {
                sent.Finish(counter, out _); // whoever sent it has given it up
                continue;
            }
            if (!_kept.TryRead(one.Position, one.Length, out var datagram))
            {
                sent.Finish(counter, out _);
                Count(peer, Drop.NotKept);
                continue;
            }
            var room = _datagrams.Reserve(by.Remote, by.Local, one.Length);
            datagram.CopyTo(room);
            Message.SetPath(room, by.Id);
            sent.Move(counter, by.Id);
            from.Resent++;
            CommitBy(peer, by, one.Length, now);
            Await(peer, by, now);
        }
    }

    // --- sending ----------------------------------------------------------------------------------------------------

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

    // --- what comes in ----------------------------------------------------------------------------------------------

    /// <summary>A message came by a path of the other end's: where from is where it can be reached.</summary>
    private void ArrivedBy(
        Peer peer, PathTable paths, int id, int length, in Endpoint from, in LocalAddress to, in Now now)
    {
        ref var arrival = ref paths.ArrivalsOf(id);
        arrival.Packets++;
        arrival.Bytes += (ulong)length;
        if (arrival.From == from && arrival.To == to) return;
        var (last, local) = (arrival, LocalOf(to));
        var isKnown = paths.Find(from, local) is not null;
        if (!isKnown && !paths.MayLearn(now.Mono)) return; // with one of the next messages
        (arrival.From, arrival.To) = (from, to);
        if (isKnown || paths.Add(from, local, now.Mono) is not { } path) return;
        path.Own = FlagsOf(local);
        var before = last.From.IsKnown ? paths.Find(last.From, LocalOf(last.To)) : null;
        path.Replaces = before is { State: PathState.Up } ? before : before?.Replaces; // never a chain
        if (path.Replaces is { } moved) (moved.Nonce, moved.NextProbe) = (0, now.Mono);
        ArmPaths(peer, now.Mono);
    }

    private Drop HandleProbe(
        Peer peer, Keypair keypair, in Probe probe, in Endpoint from, in LocalAddress to, in Now now)
    {
        if (peer.PathMode == PathMode.Single) return Drop.None;
        var paths = PathsOf(peer, now);
        if ((probe.Flags & ProbeFlags.WantsAcknowledgements) != 0) paths.Acknowledges = true;
        var local = LocalOf(to);
        var path = paths.Find(from, local);
        if (path is not null)
        {
            path.Told = probe.Flags & (ProbeFlags.Backup | ProbeFlags.Metered);
            if (path.State != PathState.Up && path.NextProbe > now.Mono + PathLimits.UnprovedProbe)
                path.NextProbe = Soonest(path, now.Mono); // it came by here, so here it is worth asking
            else if (path.State == PathState.Up && path.Nonce == 0 && path.NextProbe > now.Mono && IsIdle(path, now.Mono))
                path.NextProbe = now.Mono + (ProbeInterval(path, now.Mono) * 1.5); // one end's probing is enough
            ArmPaths(peer, path.NextProbe);
        }
        Span<byte> echo = stackalloc byte[Echo.Bytes];
        new Echo(probe.Path, probe.Nonce, paths.ArrivalsOf(probe.Path).Packets, probe.Sent).Write(echo);
        if (path is not null)
        {
            SendFrameBy(peer, keypair, path, echo, now.Mono);
            return Drop.None;
        }
        var room = _datagrams.Reserve(from, local, Message.TransportMinimumBytes + echo.Length);
        var length = keypair.Seal(echo, room);
        _datagrams.Commit(length, from, local, peer);
        CountSent(peer, length, now.Mono);
        return Drop.None;
    }

    private Drop HandleEcho(Peer peer, in Echo echo, in Now now)
    {
        if (peer.PathTable is not { } paths || paths[echo.Path] is not { } path || echo.Nonce == 0) return Drop.None;
        var isLate = echo.Nonce == path.LastNonce; // the next one is under way already
        if (!isLate && echo.Nonce != path.Nonce) return Drop.None;
        path.Rtt.Add(now.Mono - (isLate ? path.LastProbeSent : path.ProbeSent));
        if (!isLate && path.ProbeAsked) paths.Promise();
        if (isLate) path.LastNonce = 0;
        else (path.Nonce, path.LastNonce) = (0, 0);
        (path.ArrivedPackets, path.ArrivedOf) = ((long)echo.Arrived, (long)echo.Of);
        path.NextProbe = now.Mono + (path.State is PathState.Up or PathState.Unproved
            ? ProbeInterval(path, now.Mono) : PathLimits.DoubtedProbe);
        Answered(peer, paths, path, PathCause.ProbeAnswered, now);
        ArmPaths(peer, path.NextProbe);
        return Drop.None;
    }

    private void Answered(Peer peer, PathTable paths, PeerPath path, PathCause cause, in Now now)
    {
        (path.LastAnswer, path.UnansweredProbes) = (now.Mono, 0);
        if (path.State == PathState.Up) return;
        if (path.State != PathState.Unproved && ++path.AnswersInARow < PathLimits.AnswersToComeBack) return;
        path.MayLeadFrom = now.Mono + path.HoldDown;
        path.Become(PathState.Up, cause, now.Mono);
        _events.PathChanged(peer, path);
        // The peer is here now, and has not answered where it was: a NAT has given it another mapping.
        if (path.Replaces is { State: PathState.Up } moved && moved.LastAnswer < path.Found) Doubt(peer, paths, moved, now);
        path.Replaces = null;
        Choose(peer, paths, now);
        if (paths.HasSeveral) WidenWindows(peer);
        if (paths.NeedsPromise) (path.Nonce, path.NextProbe) = (0, now.Mono);
        ArmPaths(peer, path.MayLeadFrom);
    }

    /// <summary>A handshake came by a path that had carried before: it does again.</summary>
    private void HandshakeCameBy(Peer peer, in Endpoint from, in LocalAddress to, in Now now)
    {
        if (peer.PathTable is not { } paths || paths.Find(from, LocalOf(to)) is not { } path) return;
        if (path.State is PathState.Up or PathState.Unproved) return;
        (path.UnansweredProbes, path.LastAnswer, path.MayLeadFrom) = (0, now.Mono, now.Mono + path.HoldDown);
        path.Become(PathState.Up, PathCause.Handshake, now.Mono);
        _events.PathChanged(peer, path);
        Choose(peer, paths, now);
    }

    private Drop HandleLost(Peer peer, Lost lost, in Now now)
    {
        if (peer.PathTable is not { } paths) return Drop.None;
        for (var id = 0; id < PathLimits.Paths; id++)
        {
            if ((lost.Paths >> id & 1) != 0 && paths[id] is { MayCarry: true } path)
                Fail(peer, paths, path, PathCause.PeerUplinkLost, now);
        }
        return Drop.None;
    }

    /// <summary>By every path that still works, as it is not acknowledged.</summary>
    private void SayLost(Peer peer, PathTable paths, ushort lost, in Now now)
    {
        if (peer.Current is not { AgreesPaths: true } keypair || !keypair.MaySeal(now.Mono)) return;
        Span<byte> frame = stackalloc byte[Lost.Bytes];
        new Lost(lost).Write(frame);
        foreach (var path in paths.All)
            if (path is { MayCarry: true }) SendFrameBy(peer, keypair, path, frame, now.Mono);
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

    // --- time -------------------------------------------------------------------------------------------------------

    private void ArmPaths(Peer peer, MonoTime at)
    {
        if (at < peer.Timers.Paths) Arm(peer, ref peer.Timers.Paths, at);
    }

    private void PathsDue(Peer peer, in Now now)
    {
        if (peer.PathTable is not { } paths) return;
        if (peer.Current is { AgreesPaths: false } current && (current.Created + PathLimits.AgreementPatience).Passed(now.Mono))
        {
            DropPaths(peer); // it is a plain peer now
            return;
        }
        if (paths.AcknowledgementDue.Passed(now.Mono)) Acknowledge(peer, paths, now.Mono);
        foreach (var path in paths.All)
        {
            if (path is null) continue;
            if (path.State == PathState.Up && path.Deadline.Passed(now.Mono)) Doubt(peer, paths, path, now);
        }
        foreach (var path in paths.All)
            if (path is not null && path.NextProbe.Passed(now.Mono)) ProbeDue(peer, paths, path, now);
        Choose(peer, paths, now);

        var next = paths.AcknowledgementDue;
        foreach (var path in paths.All)
        {
            if (path is null) continue;
            if (path.NextProbe < next) next = path.NextProbe;
            if (path.State == PathState.Up && path.Deadline < next) next = path.Deadline;
            if (path.State == PathState.Up && path.MayLeadFrom > now.Mono && path.MayLeadFrom < next) next = path.MayLeadFrom;
        }
        ArmPaths(peer, next);
    }

    private void ProbeDue(Peer peer, PathTable paths, PeerPath path, in Now now)
    {
        if (peer.Current is not { AgreesPaths: true } keypair || !keypair.MaySeal(now.Mono) || !HasUplink(path.Local))
        {
            path.Nonce = 0; // what went under another session is not missed
            path.NextProbe = now.Mono + PathLimits.IdleProbe; // what changes that probes soon
            return;
        }
        if (path.Nonce != 0) (path.UnansweredProbes, path.AnswersInARow) = (path.UnansweredProbes + 1, 0);
        if (path.MayCarry && path.UnansweredProbes >= PathLimits.UnansweredProbes)
        {
            Fail(peer, paths, path, PathCause.ProbesUnanswered, now);
            return;
        }
        path.NextProbe = now.Mono + (IsCutOff(paths, now.Mono) ? PathLimits.CarryingProbe : NextProbeIn(path));

        Span<byte> nonce = stackalloc byte[sizeof(ulong)];
        _random.Fill(nonce);
        (path.LastNonce, path.LastProbeSent) = (path.Nonce, path.ProbeSent);
        (path.Nonce, path.ProbeSent) = (BitConverter.ToUInt64(nonce) | 1, now.Mono);
        path.ProbeAsked = paths.HasSeveral;
        var flags = path.Own | (path.ProbeAsked ? ProbeFlags.WantsAcknowledgements : ProbeFlags.None);
        Span<byte> frame = stackalloc byte[Probe.Bytes];
        new Probe(path.Id, flags, path.Nonce, (ulong)path.SentPackets + 1).Write(frame);
        SendFrameBy(peer, keypair, path, frame, now.Mono);
    }

    /// <summary>Data waits, and nothing carries.</summary>
    private static bool IsCutOff(PathTable paths, MonoTime now) =>
        paths.Active is not { MayCarry: true } && !(paths.LastData + PathLimits.CarriesFor).Passed(now);

    /// <summary>When a probe that is sent now stands unanswered, and what comes after it is due.</summary>
    private static TimeSpan NextProbeIn(PeerPath path)
    {
        if (path.State == PathState.Doubted) return Longer(PathLimits.DoubtedProbe, path.Rtt.Patience);
        if (path.State == PathState.Up) return Longer(PathLimits.DoubtedProbe, path.Rtt.Patience) * 2;
        if (path.State == PathState.Unproved && path.UnansweredProbes < PathLimits.UnprovedProbes) return PathLimits.UnprovedProbe;
        var slowest = path.IsMetered ? PathLimits.MeteredProbe : PathLimits.IdleProbe;
        var later = PathLimits.CarryingProbe * (1 << Math.Min(path.UnansweredProbes, 7));
        return later < slowest ? later : slowest;
    }

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static bool IsIdle(PeerPath path, MonoTime now) => (path.LastDataSent + PathLimits.CarriesFor).Passed(now);

    private static TimeSpan ProbeInterval(PeerPath path, MonoTime now) =>
        !IsIdle(path, now) ? PathLimits.CarryingProbe : path.IsMetered ? PathLimits.MeteredProbe : PathLimits.IdleProbe;

    /// <summary>The first data after a pause wakes the probing of all paths.</summary>
    private void WakePaths(Peer peer, PathTable paths, MonoTime now)
    {
        var wasIdle = (paths.LastData + PathLimits.CarriesFor).Passed(now);
        paths.LastData = now;
        if (!wasIdle) return;
        foreach (var path in paths.All)
        {
            if (path is null || !(path.LastAnswer + PathLimits.CarriesFor).Passed(now) || path.IsMetered) continue;
            path.NextProbe = now;
            ArmPaths(peer, now);
        }
    }
}
