using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Health;

/// <summary>
/// Tells what happens to a tunnel's peers: changes alone, each with what was before and why, and no more of them than a bound for each
/// peer and one for all, since peers can cause any number. Engine thread.
/// </summary>
/// <param name="tunnel">The tunnel's name.</param>
/// <param name="nameOf">What a peer is called.</param>
/// <param name="clock">The present.</param>
/// <param name="log">Where it is told.</param>
internal sealed class PeerEvents(string tunnel, Func<Peer, string> nameOf, Func<MonoTime> clock, ILogger log)
{
    private readonly Dictionary<Peer, PeerNotes> _notes = [];
    private EventLimit _limit = new(EngineLimits.EventsOfPeers);

    /// <summary>A session stands; told if the peer did not answer before.</summary>
    internal void SessionEstablished(Peer peer)
    {
        var notes = NotesOf(peer);
        var before = notes.Answers;
        notes.Answers = true;
        notes.Endpoint ??= peer.Endpoint.ToString();
        if (before != true && MayTell(peer, notes))
            Log.SessionEstablished(log, nameOf(peer), peer.Endpoint.ToString(), KeyOf(peer), before is null ? "none" : "down", "up");
    }

    /// <summary>Handshakes were given up; told once until it answers.</summary>
    internal void HandshakeGivenUp(Peer peer)
    {
        var notes = NotesOf(peer);
        var before = notes.Answers;
        notes.Answers = false;
        if (before != false && MayTell(peer, notes))
        {
            Log.HandshakeGivenUp(log, nameOf(peer), peer.Endpoint.ToString(), KeyOf(peer), before is null ? "none" : "up", "down",
                "no handshake is answered");
        }
    }

    /// <summary>The peer was heard from elsewhere.</summary>
    internal void EndpointChanged(Peer peer)
    {
        var notes = NotesOf(peer);
        var (before, at) = (notes.Endpoint, peer.Endpoint.ToString());
        notes.Endpoint = at;
        if (before != at && MayTell(peer, notes)) Log.EndpointChanged(log, nameOf(peer), at, KeyOf(peer), before, at);
    }

    /// <summary>A path changed its state, or carries from now on.</summary>
    internal void PathChanged(Peer peer, PeerPath path)
    {
        var notes = NotesOf(peer);
        var before = notes.Take(path) ?? (path.State == PathState.Up ? PathState.Unproved : null);
        notes.Learn(peer.Paths);
        if (before != path.State && MayTell(peer, notes))
        {
            Log.PathChanged(log, nameOf(peer), PathMoment.NameOf(path.Local), path.Remote.ToString(), PathMoment.NameOf(path.State),
                PathMoment.CauseOf(path), KeyOf(peer), before is { } was ? PathMoment.NameOf(was) : null);
        }
        var (last, next) = (notes.Carries, peer.ActivePath);
        if (next is null || next == last) return;
        notes.Carries = next;
        if (next.State is PathState.Unproved or PathState.Down || !MayTell(peer, notes)) return;
        Log.PathCarries(log, nameOf(peer), PathMoment.NameOf(next.Local), next.Remote.ToString(), ReasonFor(next, last), KeyOf(peer),
            last is null ? null : WayOf(last), WayOf(next));
    }

    /// <summary>The peer is removed.</summary>
    internal void Forget(Peer peer) => _notes.Remove(peer);

    private PeerNotes NotesOf(Peer peer)
    {
        if (!_notes.TryGetValue(peer, out var notes)) _notes[peer] = notes = new PeerNotes();
        return notes;
    }

    private bool MayTell(Peer peer, PeerNotes notes)
    {
        var now = clock();
        var own = notes.Limit.Take(now);
        if (!own.MayTell && !own.IsFirstTooMany) return false;
        var all = _limit.Take(now); // what a peer has too many of does not count against the others
        if (all.LeftOut > 0) Log.PeersEventsLeftOut(log, all.LeftOut);
        if (all.IsFirstTooMany) Log.PeersEventsTooMany(log, EngineLimits.EventsOfPeers, tunnel);
        if (!all.MayTell) return false;
        if (own.LeftOut > 0) Log.PeerEventsLeftOut(log, nameOf(peer), own.LeftOut, KeyOf(peer));
        if (own.IsFirstTooMany) Log.PeerEventsTooMany(log, nameOf(peer), EngineLimits.EventsOfPeer, tunnel, KeyOf(peer));
        return own.MayTell;
    }

    private static string ReasonFor(PeerPath path, PeerPath? last) => last switch
    {
        null => "the first that works",
        { State: not PathState.Up } => PathMoment.CauseOf(last),
        _ when path.Wish == PathWish.Pinned => "it is pinned",
        _ when last.Wish == PathWish.Drained => "the other is drained",
        _ when last.Wish == PathWish.Pinned => "the other is pinned no more",
        _ when last.IsBackup && !path.IsBackup => "the other is a backup",
        _ when last.IsMetered && !path.IsMetered => "the other is metered",
        _ => "it is quicker",
    };

    private static string WayOf(PeerPath path) => $"{PathMoment.NameOf(path.Local)} to {path.Remote}";

    private static string KeyOf(Peer peer) => peer.PublicKey.ToString();
}
