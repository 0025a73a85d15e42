using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol;

// What the network, or this host, says of datagrams that were sent. By ICMP anybody can say it, so it fails nothing: 1. it is noted, in
// the middle of whatever sends  2. with the peer's timers the path that it is about is asked at once, a few times a second at most
// 3. where others work, that question waits for a round trip and no longer; without answer the path is in doubt. A peer with one way is asked
// by a handshake, and one that stays unanswered is followed soon by the next, to another place or by another uplink.
public sealed partial class Tunnel
{
    private TokenBucket _hints = new(Limits.HintsPerSecond, Limits.HintsAtOnce);
    private TokenBucket _hurries = new(Limits.HintsPerSecond, Limits.HintsAtOnce); // what this host refuses is not counted above

    /// <summary>Hears that datagrams to a place do not arrive.</summary>
    /// <param name="to">The place.</param>
    /// <param name="uplink">The interface whose own socket they left by; 0 for the socket of all others.</param>
    /// <param name="told">What is said.</param>
    /// <param name="now">The present.</param>
    public void HandleUnreachable(in Endpoint to, int uplink, in Unreachable told, in Now now)
    {
        if (_peers.Count > Limits.PeersSearched || !_hurries.TryTake(now.Mono)) return;
        foreach (var peer in _peers.Peers) Note(peer, to, uplink, told);
    }

    /// <summary>Hears that this host refuses to send to a peer's place; as <see cref="HandleUnreachable"/>.</summary>
    public void HandleRefused(Peer peer, in Endpoint to, int uplink) =>
        Note(peer, to, uplink, new Unreachable(UnreachableKind.Refused));

    private void Note(Peer peer, in Endpoint to, int uplink, in Unreachable told)
    {
        if (peer.PathTable is not { } paths)
        {
            if (peer.CurrentEndpoint != to || (uplink != 0 && uplink != peer.Source.InterfaceIndex)) return;
            peer.IsHinted = true;
            ArmPaths(peer, MonoTime.LongAgo);
            return;
        }
        foreach (var path in paths.All)
        {
            if (path is not { MayCarry: true } || path.Remote != to || path.Local.InterfaceIndex != uplink) continue;
            if (told.Kind == UnreachableKind.TooBig) path.ToldMtu = told.Mtu;
            else (path.Hint, path.IsHinted) = (told, true);
            ArmPaths(peer, MonoTime.LongAgo);
        }
    }

    private void TakeHints(Peer peer, PathTable paths, in Now now)
    {
        var mayAsk = peer.Current is { AgreesPaths: true } session && session.MaySeal(now.Mono);
        foreach (var path in paths.All)
        {
            if (path is null || (!path.IsHinted && path.ToldMtu == 0)) continue;
            var (isHinted, mtu) = (path.IsHinted, path.ToldMtu);
            (path.IsHinted, path.ToldMtu) = (false, 0);
            if (!mayAsk || !HasUplink(path.Local)) continue;
            if (mtu >= Limits.V6LeastMtu && (path.CutAt + PathLimits.HintedProbe).Passed(now.Mono)) CutAgain(peer, paths, path, mtu, now.Mono);
            // What is being asked says why it does not answer; if it does, that was false.
            if (isHinted && (path.State == PathState.Doubted || path.Nonce != 0 || path.AnswerDue != MonoTime.Never)) path.HintedAt = now.Mono;
            if (isHinted && path.State == PathState.Up && path.AnswerDue == MonoTime.Never
                && (path.AskedAt + PathLimits.HintedProbe).Passed(now.Mono)) Ask(paths, path, now.Mono);
        }
    }

    private static void Ask(PathTable paths, PeerPath path, MonoTime now)
    {
        if (!paths.HasSeveral && path.Nonce != 0) return; // it is being asked, and there is no other to go to
        (path.AskedAt, path.HintedAt, path.NextProbe) = (now, now, now);
        if (paths.HasSeveral) path.AnswerDue = now + path.Rtt.Patience;
    }

    /// <summary>The kernel knows from here on what the way carries, and cuts what is larger: what was lost for it goes once more.</summary>
    private void CutAgain(Peer peer, PathTable paths, PeerPath path, int mtu, MonoTime now)
    {
        var fits = mtu - Limits.UdpHeaderBytes - (path.Remote.Family == 4 ? Limits.V4HeaderBytes : Limits.V6HeaderBytes);
        path.CutAt = now;
        SendAgain(peer, paths, peer.Previous, path, path, now, longerThan: fits);
        SendAgain(peer, paths, peer.Current, path, path, now, longerThan: fits);
    }

    /// <summary>A peer that has one way: whether it is there, a handshake tells.</summary>
    private void AskByHandshake(Peer peer, in Now now)
    {
        peer.IsHinted = false;
        if (peer.PathTable is not null || !_hints.TryTake(now.Mono)) return;
        if (peer.Timers.Retransmit == MonoTime.Never)
        {
            if (peer.Timers.NewHandshake == MonoTime.Never) return; // no data is unanswered
            peer.IsHurried = true;
            var allowed = peer.LastInitiationSent + Limits.RekeyTimeout;
            if (allowed.Passed(now.Mono)) Initiate(peer, now);
            else if (allowed < peer.Timers.NewHandshake) Arm(peer, ref peer.Timers.NewHandshake, allowed); // routers don't say it again and again
            return;
        }
        peer.IsHurried = true;
        var soon = peer.LastInitiationSent + PatienceWith(peer);
        if (!peer.IsRedirected && soon < peer.Timers.Retransmit) Arm(peer, ref peer.Timers.Retransmit, soon > now.Mono ? soon : now.Mono);
    }

    /// <summary>How long an initiation may stay unanswered.</summary>
    private static TimeSpan PatienceWith(Peer peer) =>
        peer.IsHurried && peer.UnansweredInitiations < Limits.HintedAttempts ? Limits.HintedRetry : Limits.RekeyTimeout;
}
