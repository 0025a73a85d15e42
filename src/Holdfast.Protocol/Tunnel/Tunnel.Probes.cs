using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol;

// Whether paths carry: probes and their answers, what the other end says of them, and when each is asked again.
public sealed partial class Tunnel
{
    /// <summary>A message came by a path of the other end's: where from is where it can be reached.</summary>
    private void ArrivedBy(
        Peer peer, PathTable paths, int id, bool showsPlace, in Endpoint from, in LocalAddress to, in Now now)
    {
        ref var arrival = ref paths.ArrivalsOf(id);
        arrival.Packets++;
        arrival.LastAt = now.Mono;
        if (!showsPlace || (arrival.From == from && arrival.To == to)) return;
        var (last, local) = (arrival, LocalOf(to));
        var isKnown = paths.Find(from, local) is not null;
        // It is lost, or held down: no way around that.
        if (!isKnown && Uplinks.Length > 0 && local.InterfaceIndex == 0 && to.InterfaceIndex != 0 && WasUplink(paths, to)) return;
        // Where a number is seen first is no move, and there are few numbers. Of the others, with one of the next messages.
        if (!isKnown && last.From.IsKnown && !paths.MayLearn(now.Mono)) return;
        PeerPath? path = null;
        if (!isKnown && (path = paths.Add(from, local, now.Mono)) is null) return;
        (arrival.From, arrival.To) = (from, to);
        if (path is null) return;
        SetOwn(path);
        path.CameBy = to.InterfaceIndex;
        var before = last.From.IsKnown ? paths.Find(last.From, LocalOf(last.To)) : null;
        path.Replaces = before is { State: PathState.Up } ? before : before?.Replaces; // never a chain
        if (path.Replaces is { } moved) (moved.Nonce, moved.NextProbe) = (0, now.Mono);
        if (paths.Move is { } move && move.From == paths.Active && !move.IsOver(now.Mono)) move.To = path;
        else if (paths.Active is { } active && (active == before || !active.MayCarry)) paths.Move = new PeerMove(active, now.Mono) { To = path };
        ArmPaths(peer, now.Mono);
    }

    private Drop HandleProbe(
        Peer peer, Keypair keypair, in Probe probe, in Endpoint from, in LocalAddress to, in Now now)
    {
        if (peer.PathMode == PathMode.Single) return Drop.None;
        var paths = PathsOf(peer, now);
        if ((probe.Flags & ProbeFlags.WantsAcknowledgements) != 0) paths.Acknowledges = true;
        if ((probe.Flags & ProbeFlags.Fastest) != 0) paths.Fastest = probe.Path;
        PutInOrder(peer, paths, (probe.Flags & ProbeFlags.Spreads) != 0, keypair, now.Mono);
        var local = LocalOf(to);
        var path = paths.Find(from, local);
        if (path is null)
        {
            // No number of ours stands for it, so an answer would look as if it came by another. What was a path there may be one again.
            ref var arrival = ref paths.ArrivalsOf(probe.Path);
            if (arrival.From == from && arrival.To == to) arrival.From = default;
            return Drop.None;
        }
        path.Told = probe.Flags & (ProbeFlags.Backup | ProbeFlags.Metered);
        path.ToldWeight = probe.Weight == 0 ? PathLimits.UsualWeight : Math.Min(probe.Weight, PathLimits.MostWeight);
        if (path.State != PathState.Up && path.NextProbe > now.Mono + PathLimits.UnprovedProbe)
            path.NextProbe = Soonest(path, now.Mono); // it came by here, so here it is worth asking
        else if (path.State == PathState.Up && path.Nonce == 0 && path.NextProbe > now.Mono && IsIdle(path, now.Mono))
            path.NextProbe = now.Mono + (ProbeInterval(path, now.Mono) * 1.5); // one end's probing is enough
        ArmPaths(peer, path.NextProbe);
        var came = paths.ArrivalsOf(probe.Path).Packets;
        (path.CamePackets, path.CameOf) = ((long)came, (long)probe.Sent);
        Span<byte> echo = stackalloc byte[Echo.Bytes];
        new Echo(probe.Path, probe.Nonce, came, probe.Sent, ClockOf(now.Mono)).Write(echo);
        SendFrameBy(peer, keypair, path, echo, now.Mono);
        return Drop.None;
    }

    private Drop HandleEcho(Peer peer, in Echo echo, in Now now)
    {
        if (peer.PathTable is not { } paths || paths[echo.Path] is not { } path || echo.Nonce == 0) return Drop.None;
        var isLate = echo.Nonce == path.LastNonce; // the next one is under way already
        if (!isLate && echo.Nonce != path.Nonce) return Drop.None;
        var sent = isLate ? path.LastProbeSent : path.ProbeSent;
        path.Rtt.Add(now.Mono - sent);
        if (path.AwaitingSince == MonoTime.Never && (path.LastDataSent + PathLimits.CarryingProbe).Passed(sent)) path.Rate.ForgetWay(now.Mono);
        path.Rate.Came(WayOf(paths.TheirTime(echo.Clock), sent), now.Mono - sent, now.Mono);
        if (!isLate && path.ProbeAsked) paths.Promise();
        if (isLate) path.LastNonce = 0;
        else (path.Nonce, path.LastNonce) = (0, 0);
        (path.ArrivedPackets, path.ArrivedOf) = ((long)echo.Arrived, (long)echo.Of);
        if (!isLate)
        {
            path.NextProbe = now.Mono + (path.State is PathState.Up or PathState.Unproved
                ? ProbeInterval(path, now.Mono) : PathLimits.DoubtedProbe);
        }
        if (path.TakeAnswer(sent)) Answered(peer, paths, path, PathCause.ProbeAnswered, now);
        ArmPaths(peer, path.NextProbe);
        return Drop.None;
    }

    private void Answered(Peer peer, PathTable paths, PeerPath path, PathCause cause, in Now now)
    {
        (path.LastAnswer, path.UnansweredProbes) = (now.Mono, 0);
        path.Results.Add(isGood: true);
        if (path.State == PathState.Up) return;
        if (path.State != PathState.Unproved && !path.Results.AreGood(PathLimits.ComesBack)) return;
        path.MayLeadFrom = now.Mono + path.HoldDown;
        path.Become(PathState.Up, cause, now.Mono);
        _events.PathChanged(peer, path);
        // The peer is here now, and has not answered where it was: a NAT has given it another mapping.
        // Or it still answers there, and has chosen to send from here: then it is met here.
        if (path.Replaces is { State: PathState.Up } moved)
        {
            if (moved.LastAnswer < path.Found) Doubt(peer, paths, moved, now);
            else if (paths.Active == moved) Lead(peer, paths, path);
        }
        path.Replaces = null;
        Choose(peer, paths, now);
        if (paths.Move is { } move && move.From != path && (move.To == path || paths.Active == path))
        {
            paths.Move = null;
            SendBehind(peer, move, path, now.Mono);
        }
        if (path.Local.InterfaceIndex != 0) LeaveUnbound(peer, paths, path, now);
        if (paths.HasSeveral) WidenWindows(peer);
        if (paths.NeedsPromise) (path.Nonce, path.NextProbe) = (0, now.Mono);
        ArmPaths(peer, path.MayLeadFrom);
    }

    /// <summary>While an uplink was not known, the host's routing led by it, or by whatever there was: the same wire does not count
    /// twice.</summary>
    private void LeaveUnbound(Peer peer, PathTable paths, PeerPath path, in Now now)
    {
        foreach (var other in paths.All)
        {
            if (other is not { Local.InterfaceIndex: 0 }) continue;
            if (other.Local.Address != default && other.CameBy != path.Local.InterfaceIndex) continue;
            other.Become(PathState.Down, PathCause.UplinkLost, now.Mono);
            _events.PathChanged(peer, other);
            Leave(peer, paths, other, now);
            paths.Remove(other);
        }
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
        if (path.Local.InterfaceIndex != 0) LeaveUnbound(peer, paths, path, now);
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

    // --- time -------------------------------------------------------------------------------------------------------

    private void ArmPaths(Peer peer, MonoTime at)
    {
        if (at < peer.Timers.Paths) Arm(peer, ref peer.Timers.Paths, at);
    }

    private void PathsDue(Peer peer, in Now now)
    {
        if (peer.IsHinted) AskByHandshake(peer, now);
        if (peer.PathTable is not { } paths) return;
        if (peer.Current is { AgreesPaths: false } current && (current.Created + PathLimits.AgreementPatience).Passed(now.Mono))
        {
            DropPaths(peer); // it is a plain peer now
            return;
        }
        if (paths.AcknowledgementDue.Passed(now.Mono)) Acknowledge(peer, paths, now.Mono);
        if (paths.Order is { } order && order.Due.Passed(now.Mono)) GiveUpMissing(peer, order, now.Mono);
        paths.CountShares(now.Mono);
        TakeHints(peer, paths, now);
        if (paths.Move?.IsOver(now.Mono) == true) paths.Move = null;
        foreach (var path in paths.All)
        {
            if (path is null) continue;
            if (path.State == PathState.Up && path.Deadline.Passed(now.Mono)) Doubt(peer, paths, path, now, holdsDown: path.DataDeadline.Passed(now.Mono));
        }
        foreach (var path in paths.All)
            if (path is not null && path.NextProbe.Passed(now.Mono)) ProbeDue(peer, paths, path, now);
        Choose(peer, paths, now);
        if (IsCutOff(paths, now.Mono)) InitiateCutOff(peer, paths, now);

        var next = paths.AcknowledgementDue;
        if (paths.Order is { } ordered && ordered.Due < next) next = ordered.Due;
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
            // What changes that probes soon; until then initiations go again.
            path.NextProbe = now.Mono + (IsCutOff(paths, now.Mono) ? PathLimits.CarryingProbe : PathLimits.IdleProbe);
            return;
        }
        // One that is sent out of turn does not make the last one unanswered.
        if (path.Nonce != 0 && path.AskedAt != now.Mono)
        {
            path.UnansweredProbes++;
            path.Results.Add(isGood: false);
        }
        if (path.MayCarry && path.Results.AreBad(PathLimits.Fails) && path.UnansweredProbes > 1)
        {
            Fail(peer, paths, path, path.Blame(PathCause.ProbesUnanswered), now);
            return;
        }
        path.NextProbe = now.Mono + (IsCutOff(paths, now.Mono) ? PathLimits.CarryingProbe : NextProbeIn(path));

        Span<byte> nonce = stackalloc byte[sizeof(ulong)];
        _random.Fill(nonce);
        (path.LastNonce, path.LastProbeSent) = (path.Nonce, path.ProbeSent);
        (path.Nonce, path.ProbeSent) = (BitConverter.ToUInt64(nonce) | 1, now.Mono);
        path.ProbeAsked = paths.HasSeveral;
        var isFastest = peer.PathMode == PathMode.Bond && Spreading.Quickest(paths.Carrying) == path;
        if (isFastest) paths.ToldFastest = path;
        var flags = path.Own | (path.ProbeAsked ? ProbeFlags.WantsAcknowledgements : ProbeFlags.None)
            | (peer.PathMode == PathMode.Bond ? ProbeFlags.Spreads : ProbeFlags.None) | (isFastest ? ProbeFlags.Fastest : ProbeFlags.None);
        Span<byte> frame = stackalloc byte[Probe.Bytes];
        new Probe(path.Id, flags, path.Nonce, (ulong)(path.SentPackets - path.CountedFrom) + 1, path.OwnWeight).Write(frame);
        SendFrameBy(peer, keypair, path, frame, now.Mono);
    }

    /// <summary>Data waits, and nothing carries.</summary>
    private static bool IsCutOff(PathTable paths, MonoTime now) =>
        paths.Active is not { MayCarry: true } && !(paths.LastData + PathLimits.CarriesFor).Passed(now);

    /// <summary>When a probe that is sent now stands unanswered, and what comes after it is due.</summary>
    private static TimeSpan NextProbeIn(PeerPath path)
    {
        if (path.State == PathState.Doubted) return RoundTrip.Longer(PathLimits.DoubtedProbe, path.Rtt.Patience);
        if (path.State == PathState.Up) return RoundTrip.Longer(PathLimits.DoubtedProbe, path.Rtt.Patience) * 2;
        if (path.State == PathState.Unproved && path.UnansweredProbes < PathLimits.UnprovedProbes) return PathLimits.UnprovedProbe;
        var slowest = path.IsMetered ? PathLimits.MeteredProbe : PathLimits.IdleProbe;
        var later = PathLimits.CarryingProbe * (1 << Math.Min(path.UnansweredProbes, 7));
        return later < slowest ? later : slowest;
    }

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
            path.NextProbe = path.MayCarry ? now : Soonest(path, now);
            ArmPaths(peer, path.NextProbe);
        }
    }
}
