using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;

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
    /// <param name="usable">Those that work.</param>
    /// <param name="now">The present.</param>
    /// <param name="noOthers">Whether what is sent of our own accord goes by these alone, unless none leads there. Else a first handshake goes by
    /// the host's choice, too.</param>
    public void SetUplinks(IReadOnlyList<LocalUplink> usable, in Now now, bool noOthers = false)
    {
        var before = Uplinks;
        KeepsToUplinks = noOthers;
        Uplinks = [.. usable.OrderBy(uplink => uplink.Rank).ThenByDescending(uplink => uplink.Weight)];
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
            SetOwn(path);
            // Without a session, or before it agreed, nobody could be asked.
            var due = path.LastAnswer + ProbeInterval(path, now.Mono);
            if (path == paths.Active) (path.Nonce, path.NextProbe) = (0, now.Mono); // shows the other end that this session numbers its paths
            else if (path.State == PathState.Up && due < path.NextProbe) path.NextProbe = due > now.Mono ? due : now.Mono;
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
            if (uplink.LeadsTo(remote)) AddPath(paths, remote, new LocalAddress(default, uplink.InterfaceIndex), hasNews, now);
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
        first.CameBy = peer.Source.InterfaceIndex;
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
        peer.PathTable?.Order?.Clear();
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

    /// <summary>A path is what its uplink is. Where there are to be no others, what leads elsewhere serves only while none of them does.</summary>
    private void SetOwn(PeerPath path)
    {
        path.StandsIn = KeepsToUplinks && Uplinks.Length > 0 && path.Local.InterfaceIndex == 0;
        var own = new LocalUplink(0, HasV4: true, HasV6: true, IsBackup: path.StandsIn);
        foreach (var uplink in Uplinks)
            if (uplink.InterfaceIndex == path.Local.InterfaceIndex) own = uplink;
        path.Own = (own.IsBackup ? ProbeFlags.Backup : ProbeFlags.None) | (own.IsMetered ? ProbeFlags.Metered : ProbeFlags.None);
        path.OwnWeight = own.Weight;
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
            LeaveLostUplink(peer, before, now);
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

    /// <summary>A peer with one way goes on by another uplink when its own is lost; and by one of these instead of what stood in for them, if the session
    /// is of our making.</summary>
    private void LeaveLostUplink(Peer peer, LocalUplink[] before, in Now now)
    {
        if (IsReachedBy(Uplinks, peer) || (Uplinks.Length == 0 && !KeepsToUplinks)) return;
        var index = peer.Source.InterfaceIndex;
        var next = BestUplink(peer.CurrentEndpoint);
        var isLost = IsReachedBy(before, peer) || (Array.Exists(before, u => u.InterfaceIndex == index) && !HasUplink(peer.Source));
        var stoodIn = KeepsToUplinks && next.InterfaceIndex != 0 && peer.Current is { IsInitiator: true };
        if (!isLost && !stoodIn) return;
        peer.Source = next;
        if (peer.HasSession) Arm(peer, ref peer.Timers.Keepalive, now.Mono); // shows the peer where it is heard from now on
    }

    /// <summary>Whether the interface by which a peer is reached is one of these, and leads there.</summary>
    private static bool IsReachedBy(LocalUplink[] uplinks, Peer peer)
    {
        foreach (var uplink in uplinks)
            if (uplink.InterfaceIndex == peer.Source.InterfaceIndex && uplink.LeadsTo(peer.CurrentEndpoint)) return true;
        return false;
    }

    /// <summary>The uplink by which a peer without paths is reached: the first that leads there. By the host's choice if none does.</summary>
    private LocalAddress BestUplink(in Endpoint remote)
    {
        foreach (var uplink in Uplinks)
            if (uplink.LeadsTo(remote)) return new LocalAddress(default, uplink.InterfaceIndex);
        return default;
    }

    /// <summary>Where the kernel would choose how a peer is reached, it is by one of the uplinks if it is to be no other.</summary>
    private void KeepToUplinks(Peer peer)
    {
        if (KeepsToUplinks && peer.Source.InterfaceIndex == 0) peer.Source = BestUplink(peer.CurrentEndpoint);
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
        paths.ForgetCarrying();
        if (peer.PathMode == PathMode.Bond)
        {
            paths.ChooseCarrying(now.Mono);
            TellFastest(peer, paths, now.Mono);
        }
        var best = BestOf(paths, now.Mono);
        if (best is not null && best != paths.Active) Lead(peer, paths, best);
    }

    /// <summary>
    /// The other end acknowledges by our fastest path. Where it knows another, or none, acknowledgements take longer than data does, and
    /// those that come by all paths, and so not in order, look like loss: a probe tells it at once.
    /// </summary>
    private void TellFastest(Peer peer, PathTable paths, MonoTime now)
    {
        if (peer.Current is not { AgreesPaths: true } session || !session.MaySeal(now)) return;
        if (Spreading.Quickest(paths.Carrying) is not { } fastest || fastest == paths.ToldFastest || fastest.AnswerDue != MonoTime.Never) return;
        if (paths.ToldFastest is { Carries: true } told && told.Rtt.Smoothed <= (fastest.Rtt.Smoothed * 1.5) + PathLimits.Alike) return;
        (paths.ToldFastest, fastest.Nonce, fastest.NextProbe) = (fastest, 0, now);
        ArmPaths(peer, now);
    }

    private void Lead(Peer peer, PathTable paths, PeerPath best)
    {
        paths.Active = best;
        var hasMoved = peer.CurrentEndpoint != best.Remote;
        (peer.CurrentEndpoint, peer.Source) = (best.Remote, best.Local); // for handshakes, and who asks where the peer is
        _events.PathChanged(peer, best);
        if (hasMoved) _events.EndpointChanged(peer);
    }

    /// <summary>
    /// Of those that may lead, the heaviest of the ones that are about as quick as the quickest. Whoever leads goes on leading unless it
    /// is doubted, or clearly slower than that one, or one of these is heavier. All are measured by the same one, or they could lead in turn.
    /// </summary>
    private static PeerPath? BestOf(PathTable paths, MonoTime now)
    {
        var active = paths.Active;
        var most = (PathState.Down, PathWish.Drained, true, int.MaxValue, true);
        var least = TimeSpan.MaxValue;
        foreach (var path in paths.All)
        {
            if (path is not { MayCarry: true }) continue;
            var order = OrderOf(path);
            if (order.CompareTo(most) > 0) continue;
            if (order != most) (most, least) = (order, TimeSpan.MaxValue);
            if (path.Rtt.IsKnown && path.Rtt.Smoothed < least) least = path.Rtt.Smoothed;
        }
        PeerPath? best = null;
        foreach (var path in paths.All)
        {
            if (path is not { MayCarry: true } || OrderOf(path) != most) continue;
            if (path.Rtt.IsKnown && path.Rtt.Smoothed > (least * 1.5) + PathLimits.Alike) continue;
            if (best is null || (-path.Weight, path.Rtt.Smoothed).CompareTo((-best.Weight, best.Rtt.Smoothed)) < 0) best = path;
        }
        if (active is not { MayCarry: true } || OrderOf(active) != most || active.Weight < best!.Weight) return best;
        return active.Rtt.IsKnown && (least * 2) + PathLimits.ClearlyBetter < active.Rtt.Smoothed ? best : active;

        (PathState, PathWish, bool, int, bool) OrderOf(PeerPath path) => (path.State, path.Wish,
            path != active && !path.MayLeadFrom.Passed(now), path.Rank, path != active && paths.IsSuspect(path));
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

    /// <summary>Data stays unanswered, or a question that anybody can have asked: others carry until it has answered again.</summary>
    private void Doubt(Peer peer, PathTable paths, PeerPath path, in Now now, bool holdsDown = true)
    {
        if (holdsDown) HoldDown(path, now.Mono);
        // Where several carry, acknowledgements go by another way than is measured.
        if (peer.PathMode == PathMode.Bond) path.Backoff = Math.Min(path.Backoff + 1, PathLimits.Backoffs);
        path.Become(PathState.Doubted, path.Blame(PathCause.DataUnanswered), now.Mono);
        _events.PathChanged(peer, path);
        foreach (var other in paths.All)
            if (other is { MayCarry: true } && (other == path || other.AnswerDue == MonoTime.Never)) (other.Nonce, other.NextProbe) = (0, now.Mono);
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
        SendAgain(peer, paths, peer.Previous, path, next, now.Mono);
        SendAgain(peer, paths, peer.Current, path, next, now.Mono);
        SendWaiting(peer, paths, now.Mono);
    }
}
