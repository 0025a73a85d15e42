using Holdfast.Protocol;
using Holdfast.Protocol.Paths;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>One end, as <see cref="PathWatch"/> sees it.</summary>
internal sealed class PathEndWatch(PathWatch watch, PathEnd end)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Minute = TimeSpan.FromMinutes(1);

    /// <summary>Rounding, and an answer under way.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    private readonly Dictionary<(uint Session, ulong Counter), long> _sealed = [];
    private readonly HashSet<Endpoint> _reached = [], _proved = [];
    private readonly Dictionary<long, MonoTime> _arrived = [];
    private readonly SortedSet<long> _held = []; // arrived, and not delivered yet
    private readonly Dictionary<PeerPath, PathWatched> _paths = [];
    private readonly Dictionary<Endpoint, MonoTime> _heard = [];
    private readonly Queue<MonoTime> _switches = new();
    private PeerPath? _leads;
    private long _handshakes;

    public HashSet<long> DeliveredIds { get; } = [];
    public long Delivered => DeliveredIds.Count;
    public long Probes { get; private set; }
    public long Switches { get; private set; }

    // --- packets ----------------------------------------------------------------------------------------------------

    public void Offers(long id)
    {
        if (end.Peer.Current is { } session && session.MaySeal(watch.Now)) _sealed[(session.RemoteIndex, session.SendCounter)] = id;
    }

    public long? IdOf((uint Session, ulong Counter) message) => _sealed.TryGetValue(message, out var id) ? id : null;

    public bool Arrives(long id) => _arrived.TryAdd(id, watch.Now) && _held.Add(id);

    public void Drops(long id) => _held.Remove(id);

    public void Delivers(long id)
    {
        if (!DeliveredIds.Add(id)) watch.Found(end, $"packet {id} is delivered twice");
        if (!_held.Remove(id)) return; // what waited for the session has no counter that is known
        if (_held.Count > 0 && _held.Min < id) watch.Found(end, $"packet {id} is delivered before an earlier one that is there");
        var waited = watch.Now - _arrived[id];
        if (waited > PathLimits.MostHold + TimeSpan.FromMilliseconds(1)) watch.Found(end, $"packet {id} is held for {waited}");
    }

    public void CheckEnd()
    {
        if (_held.Count > 0) watch.Found(end, $"{_held.Count} packets are held for ever");
    }

    // --- addresses --------------------------------------------------------------------------------------------------

    /// <summary>What was sent to an address got through.</summary>
    public void Reaches(in Endpoint to) => _reached.Add(to);

    /// <summary>After that, hearing from there proves it.</summary>
    public void HearsFrom(in Endpoint from)
    {
        _heard[from] = watch.Now;
        if (_reached.Contains(from)) _proved.Add(from);
    }

    public bool MaySendData(in Endpoint to) => _proved.Contains(to);

    // --- probes -----------------------------------------------------------------------------------------------------

    public void LookAtProbes()
    {
        if (end.Peer.PathTable is not { } paths) return;
        foreach (var path in paths.All)
        {
            if (path is null) continue;
            var seen = Of(path);
            if (path.ProbeSent > seen.LastProbe) Probed(path, path.ProbeSent);
            CheckAsked(path, seen);
        }
    }

    /// <summary>A probe went by a path.</summary>
    public void Probed(PeerPath path, MonoTime at)
    {
        var seen = Of(path);
        Probes++;
        seen.LastProbe = at;
        seen.SinceIdle.Add(at);
        seen.Recent.Enqueue(at);
        while (seen.Recent.Peek() + Second <= at) seen.Recent.Dequeue();
        var most = path.State == PathState.Unproved ? PathLimits.LearnedPerSecond : 20;
        if (seen.Recent.Count > most) watch.Found(end, $"{seen.Recent.Count} probes in a second to {path.Remote}, {path.State}");
    }

    /// <summary>Neither this end nor the other asks whether a path carries.</summary>
    private void CheckAsked(PeerPath path, PathWatched seen)
    {
        if (end.Peer.Current is not { AgreesPaths: true } session || !session.MaySeal(watch.Now) || !end.HasUplink(path)) seen.From = watch.Now;
        var slowest = path.IsMetered ? PathLimits.MeteredProbe : PathLimits.IdleProbe;
        var since = Later(seen.From, seen.LastProbe);
        if (path.State == PathState.Up)
        {
            if (path.LastDataSent > seen.LastData + Second) seen.Carries = path.LastDataSent;
            seen.LastData = path.LastDataSent;
            if (watch.Now - path.LastDataSent > Second) seen.Carries = watch.Now;
            var asked = Later(Later(since, path.Since), seen.Carries);
            if (watch.Now - asked > Slack + Second + path.Rtt.Patience)
                watch.Found(end, $"{Name(path)} carries, and is not asked for {watch.Now - asked}");
            (since, slowest) = (Later(since, _heard.GetValueOrDefault(path.Remote, MonoTime.LongAgo)), slowest * 1.5);
        }
        else
        {
            since = Later(since, path.Since);
        }
        if (watch.Now - since > slowest + Slack) watch.Found(end, $"{Name(path)}, {path.State}, is not asked for {watch.Now - since}");
    }

    /// <summary>After a time without data: no more probes than one for each 25 s, metered 120, and one to begin with and with each
    /// session.</summary>
    public void CheckIdle(TimeSpan since)
    {
        foreach (var path in end.Peer.Paths)
        {
            var seen = Of(path);
            var most = (since / (path.IsMetered ? PathLimits.MeteredProbe : PathLimits.IdleProbe)) + 1 + (end.Peer.Handshakes - _handshakes);
            if (path.State == PathState.Unproved) most += PathLimits.UnprovedProbes; // a session may have found it just now
            if (seen.SinceIdle.Count <= most) continue;
            watch.Found(end, $"{seen.SinceIdle.Count} probes in {since} by {Name(path)}, {path.State}, which carries nothing, "
                + $"and {end.Peer.Handshakes - _handshakes} handshakes: "
                + string.Join(' ', seen.SinceIdle.Select(at => $"{at.Nanoseconds / 1e9:F1}")));
        }
    }

    public void BeginIdle()
    {
        _handshakes = end.Peer.Handshakes;
        foreach (var seen in _paths.Values) seen.SinceIdle.Clear();
    }

    // --- who leads --------------------------------------------------------------------------------------------------

    public void PathChanged(PeerPath path)
    {
        var seen = Of(path);
        if (path.State != seen.State) Became(path, seen);
        if (end.Peer.ActivePath is { } leads && leads != _leads) Leads(leads);
    }

    /// <summary>The hold-down after a failure is 5 s, twice as long each time, 5 minutes at most; after 10 minutes it is forgotten. What
    /// anybody can say of a path puts it in doubt, and holds it down no longer than it was.</summary>
    private void Became(PeerPath path, PathWatched seen)
    {
        if (seen.State == PathState.Up) CountFailure(path, seen);
        var isHearsay = path is { State: PathState.Doubted, Cause: PathCause.Unreachable or PathCause.SendRefused };
        if (seen.State == PathState.Up && !isHearsay)
        {
            var again = seen.HoldDown > TimeSpan.Zero && watch.Now - seen.UpSince < PathLimits.ForgivenAfter;
            seen.HoldDown = again ? seen.HoldDown * 2 : PathLimits.HoldDown;
            if (seen.HoldDown > PathLimits.LongestHoldDown) seen.HoldDown = PathLimits.LongestHoldDown;
        }
        if (path.State == PathState.Up) seen.UpSince = watch.Now;
        seen.State = path.State;
    }

    private void CountFailure(PeerPath path, PathWatched seen)
    {
        seen.Failures.Enqueue(watch.Now);
        while (seen.Failures.Peek() + Minute <= watch.Now) seen.Failures.Dequeue();
        var allowed = watch.SwitchesAllowed(seen.Failures.Peek() + -Minute);
        if (seen.Failures.Count > allowed) watch.Found(end, $"{Name(path)} failed {seen.Failures.Count} times in a minute, {allowed} at most");
    }

    /// <summary>Another path leads from here on.</summary>
    public void Leads(PeerPath path)
    {
        var (last, seen) = (_leads, Of(path));
        _leads = path;
        if (last is null) return;
        Switches++;
        _switches.Enqueue(watch.Now);
        while (_switches.Peek() + Minute <= watch.Now) _switches.Dequeue();
        var allowed = watch.SwitchesAllowed(_switches.Peek() + -Minute);
        if (_switches.Count > allowed) watch.Found(end, $"{_switches.Count} changes of the path in a minute, {allowed} at most");
        // A peer that has moved behind its NAT is followed at once: that is the same way.
        if (last.State != PathState.Up || (last.Local == path.Local && last.Remote != path.Remote)) return;
        var held = watch.Now - seen.UpSince;
        if (held < seen.HoldDown) watch.Found(end, $"{Name(path)} leads {held} after it came back, and is to wait {seen.HoldDown}");
    }

    private PathWatched Of(PeerPath path)
    {
        if (!_paths.TryGetValue(path, out var seen)) _paths[path] = seen = new PathWatched { From = watch.Now, Carries = watch.Now };
        return seen;
    }

    private static MonoTime Later(MonoTime one, MonoTime other) => one > other ? one : other;

    private static string Name(PeerPath path) => $"path {path.Local.InterfaceIndex} to {path.Remote}";

    /// <summary>What is known of a path.</summary>
    private sealed class PathWatched
    {
        public readonly Queue<MonoTime> Recent = new();
        public readonly List<MonoTime> SinceIdle = [];
        public readonly Queue<MonoTime> Failures = new();
        public MonoTime From; // it could be asked since then
        public MonoTime Carries; // it carries since then
        public MonoTime LastData = MonoTime.LongAgo;
        public MonoTime LastProbe = MonoTime.LongAgo;
        public MonoTime UpSince;
        public TimeSpan HoldDown;
        public PathState State;
    }
}
