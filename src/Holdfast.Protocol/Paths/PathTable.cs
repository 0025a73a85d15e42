using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol.Paths;

/// <summary>The paths to one peer by which we send, and what is known of those by which the peer does.</summary>
internal sealed class PathTable
{
    private readonly PeerPath?[] _byId = new PeerPath?[PathLimits.Paths];
    private readonly PeerPath?[] _carrying = new PeerPath?[PathLimits.Paths];
    private readonly Arrival[] _arrivals = new Arrival[PathLimits.Paths];
    private TokenBucket _learned = new(PathLimits.LearnedPerSecond, PathLimits.LearnedPerSecond);
    private int _carryingCount;
    private long _theirTime;
    private MonoTime _sharesSince = MonoTime.LongAgo;
    private bool _isPromised; // the other end was asked to acknowledge, and has answered

    /// <summary>The one that carries.</summary>
    internal PeerPath? Active { get; set; }

    /// <summary>Those that carry where several do at once.</summary>
    internal ReadOnlySpan<PeerPath?> Carrying => _carrying.AsSpan(0, _carryingCount);

    /// <summary>The one by which the last packet went.</summary>
    internal PeerPath? Latest { get; set; }

    /// <summary>Puts the other end's packets in order; null unless it uses several paths at once.</summary>
    internal PacketOrder? Order { get; set; }

    /// <summary>One that was used before, and holds nothing.</summary>
    internal PacketOrder? IdleOrder { get; set; }

    /// <summary>Whether there is another path that could take over.</summary>
    internal bool HasSeveral { get; private set; }

    internal bool NeedsPromise => HasSeveral && !_isPromised;

    /// <summary>Whether what is sent is kept until it is acknowledged.</summary>
    internal bool KeepsSent => HasSeveral && _isPromised;

    /// <summary>That the peer seems to be elsewhere; null while it does not.</summary>
    internal PeerMove? Move { get; set; }

    /// <summary>Whether the other end keeps what it sends, and so wants to hear what arrived.</summary>
    internal bool Acknowledges { get; set; }

    /// <summary>Whether the other end has numbered paths, in this session or one before.</summary>
    internal bool IsNumbered { get; set; }

    /// <summary>When an acknowledgement is to go out; never while nothing new arrived.</summary>
    internal MonoTime AcknowledgementDue { get; set; } = MonoTime.Never;

    /// <summary>The session whose messages it is about.</summary>
    internal Keypair? AcknowledgedSession { get; set; }

    internal int Unacknowledged { get; set; }

    /// <summary>Acknowledgements sent.</summary>
    internal uint Acknowledgements { get; set; }

    /// <summary>The other end's path by which the last of them came.</summary>
    internal int LatestBy { get; set; }

    /// <summary>The other end's path that it finds the fastest.</summary>
    internal int Fastest { get; set; }

    /// <summary>Ours of which it was told that it is the fastest.</summary>
    internal PeerPath? ToldFastest { get; set; }

    /// <summary>The lowest counter among these.</summary>
    internal ulong LowestUnacknowledged { get; set; }

    /// <summary>The lowest of each of the last acknowledgements, which may be lost.</summary>
    internal ulong[] LowestBefore { get; } = new ulong[PathLimits.AcknowledgementsTold];

    /// <summary>The counter that came last.</summary>
    internal ulong Newest { get; set; }

    /// <summary>When that was.</summary>
    internal MonoTime NewestAt { get; set; }

    /// <summary>When an initiation last went by all of them.</summary>
    internal MonoTime LastInitiation { get; set; } = MonoTime.LongAgo;

    /// <summary>When data last went to the peer or came from it.</summary>
    internal MonoTime LastData { get; set; } = MonoTime.LongAgo;

    internal ReadOnlySpan<PeerPath?> All => _byId;

    internal PeerPath? this[int id] => _byId[id];

    /// <summary>What came by the other end's path of this number.</summary>
    internal ref Arrival ArrivalsOf(int id) => ref _arrivals[id];

    internal PeerPath? Find(in Endpoint remote, in LocalAddress local)
    {
        foreach (var path in _byId)
            if (path is not null && path.Remote == remote && IsSame(path.Local, local)) return path;
        return null;
    }

    /// <summary>Where the host's routing decides, no address is every address: the same wire must not count twice.</summary>
    private static bool IsSame(in LocalAddress left, in LocalAddress right) => left == right
        || (left.InterfaceIndex == 0 && right.InterfaceIndex == 0 && (left.Address == default || right.Address == default));

    /// <summary>Adds one; null if there is no number left, and no path that is down makes room.</summary>
    internal PeerPath? Add(in Endpoint remote, in LocalAddress local, MonoTime now)
    {
        var free = -1;
        for (var id = 0; id < _byId.Length; id++)
        {
            if (_byId[id] is not { } path) free = free < 0 || _byId[free] is not null ? id : free;
            else if (!path.MayCarry && (free < 0 || (_byId[free] is { } other && path.Since < other.Since))) free = id;
        }
        if (free < 0) return null;
        var added = new PeerPath((byte)free, remote, local, now);
        if (_byId[free] == Active) Active = null;
        _byId[free] = added;
        CountWorking();
        return added;
    }

    /// <summary>Takes one away.</summary>
    internal void Remove(PeerPath path)
    {
        _byId[path.Id] = null;
        if (Active == path) Active = null;
        CountWorking();
    }

    /// <summary>A moment by the other end's clock, in us: what frames have of it goes round in 71 minutes.</summary>
    internal long TheirTime(uint clock)
    {
        var time = _theirTime + (int)(clock - (uint)_theirTime);
        if (time > _theirTime) _theirTime = time;
        return time;
    }

    /// <summary>Whether a place from which the peer was heard may become a path now.</summary>
    internal bool MayLearn(MonoTime now) => _learned.TryTake(now);

    internal void CountWorking()
    {
        var working = 0;
        foreach (var path in _byId) working += path is { MayCarry: true } ? 1 : 0;
        HasSeveral = working > 1;
    }

    /// <summary>
    /// Finds those that carry at once: by each uplink the quickest, if it can be to an address of the peer of its own. To addresses that are
    /// left then the quickest goes, too: the peer's wires may be slower than ours. Any more would share their wires at both ends with
    /// these, and have a queue of their own there. Of those that somebody wants, then of the best rank, then of those whose way was measured; one that
    /// rests, or that is suspect and does not carry yet, carries only if there is no other.
    /// </summary>
    /// <remarks>After <see cref="ForgetCarrying"/>.</remarks>
    internal void ChooseCarrying(MonoTime now)
    {
        var best = (PathWish.Drained, int.MaxValue, true, true, true);
        foreach (var path in _byId)
            if (path is { State: PathState.Up } && OrderOf(path).CompareTo(best) < 0) best = OrderOf(path);
        while ((Quickest(byNewUplink: true) ?? Quickest(byNewUplink: false)) is { } next) _carrying[_carryingCount++] = next;
        foreach (var path in _byId)
            if (path is not null) path.Carries = Carrying.Contains(path);

        PeerPath? Quickest(bool byNewUplink)
        {
            var (quickest, least) = ((PeerPath?)null, TimeSpan.MaxValue);
            foreach (var path in _byId)
            {
                if (path is not { State: PathState.Up } || OrderOf(path) != best) continue;
                var (uplink, address) = NewEnds(path);
                if (byNewUplink ? !uplink : !address) continue;
                // Who carries goes on unless another is clearly quicker.
                var way = path.Rate.Way + (address ? TimeSpan.Zero : PathLimits.ClearlyBetter) - (path.Carries ? PathLimits.Alike : TimeSpan.Zero);
                if (way < least) (quickest, least) = (path, way);
            }
            return quickest;
        }

        (PathWish, int, bool, bool, bool) OrderOf(PeerPath path) =>
            (path.Wish, path.Rank, !path.Rate.KnowsWay, !path.RestsUntil.Passed(now), !path.Carries && IsSuspect(path));
    }

    /// <summary>None is chosen; who carried is preferred in the next choice.</summary>
    internal void ForgetCarrying()
    {
        Array.Clear(_carrying);
        _carryingCount = 0;
    }

    /// <summary>What decides that a path carries, or does not.</summary>
    internal PathChoice ChoiceOf(PeerPath path, bool spreads, MonoTime now)
    {
        if (!path.MayCarry || (spreads ? _carrying[0] : Active) is not { } lead) return PathChoice.None;
        if (spreads && path.Carries && _carryingCount > 1) return PathChoice.Ends;
        if (path != lead) return spreads ? BesideSeveral(path) : Beside(path);
        PathChoice? closest = null; // what is said last
        foreach (var other in _byId)
        {
            if (other is not { State: PathState.Up } || other == path) continue;
            var choice = spreads ? BesideSeveral(other) : Beside(other);
            if (closest is null || choice > closest) closest = choice;
        }
        return closest ?? PathChoice.Alone;

        PathChoice BesideSeveral(PeerPath other) =>
            other.State != PathState.Up ? PathChoice.None
            : lead.Wish != other.Wish ? PathChoice.Wish
            : lead.Rank != other.Rank ? PathChoice.Rank
            : lead.Rate.KnowsWay != other.Rate.KnowsWay ? PathChoice.Unmeasured
            : lead.Rests(now) != other.Rests(now) ? PathChoice.Rests
            : IsSuspect(other) ? PathChoice.Suspect : PathChoice.Ends;

        PathChoice Beside(PeerPath other) =>
            other.State != PathState.Up ? PathChoice.None
            : lead.Wish != other.Wish ? PathChoice.Wish
            : !other.MayLeadFrom.Passed(now) ? PathChoice.HeldDown
            : lead.Rank != other.Rank ? PathChoice.Rank
            : IsSuspect(other) ? PathChoice.Suspect
            : lead.Weight > other.Weight ? PathChoice.Weight
            : lead.Rtt.IsKnown && lead.Rtt.Smoothed < other.Rtt.Smoothed ? PathChoice.RoundTrip : PathChoice.Kept;
    }

    /// <summary>What went by a path in the last moments, probes and acknowledgements included, as a part of what went to the peer; null while there
    /// is no data in either direction.</summary>
    internal double? ShareOf(PeerPath path, MonoTime now)
    {
        var all = 0L;
        foreach (var other in _byId) all += other?.SentLately ?? 0;
        return all == 0 || (LastData + PathLimits.CarriesFor).Passed(now) ? null : (double)path.SentLately / all;
    }

    /// <summary>Begins another span for <see cref="ShareOf"/> if the last one is over.</summary>
    internal void CountShares(MonoTime now)
    {
        if (!(_sharesSince + PathLimits.ShareCounts).Passed(now)) return;
        var isOld = (_sharesSince + (PathLimits.ShareCounts * 2)).Passed(now); // nobody asked in between, as nothing went
        _sharesSince = now;
        foreach (var path in _byId)
            if (path is not null) (path.SentBefore, path.SentThen) = (isOld ? path.SentBytes : path.SentThen, path.SentBytes);
    }

    /// <summary>Which ends of a path, its uplink and its address, none of those that carry has.</summary>
    private (bool Uplink, bool Address) NewEnds(PeerPath path)
    {
        var (uplink, address) = (true, true);
        foreach (var chosen in Carrying) (uplink, address) = (uplink && !chosen!.SharesUplink(path), address && chosen!.Remote != path.Remote);
        return (uplink, address);
    }

    /// <summary>
    /// Whether one that works as far as is known shares an uplink or an address with one that fell silent, and has not answered since: it
    /// may be the same wire.
    /// </summary>
    internal bool IsSuspect(PeerPath path)
    {
        foreach (var other in _byId)
            if (other is { FellSilent: true } && path.LastAnswer <= other.SilentFrom && (other.SharesUplink(path) || other.Remote == path.Remote)) return true;
        return false;
    }

    /// <summary>The other end acknowledges from now on.</summary>
    internal void Promise() => _isPromised = true;

    /// <summary>The other end begins anew, and must be asked again.</summary>
    internal void ForgetPromise(MonoTime now)
    {
        (_isPromised, IsNumbered, ToldFastest, Move) = (false, false, null, null);
        foreach (ref var arrival in _arrivals.AsSpan()) arrival.Packets = 0;
        foreach (var path in _byId)
        {
            if (path is null) continue;
            path.Rate = default; // its clock may be another one
            (path.CountedFrom, path.ArrivedPackets, path.ArrivedOf) = (path.SentPackets, 0, 0); // it counts anew
            if (path.MayCarry) (path.AwaitingSince, path.AnswerDue, path.Nonce, path.NextProbe) = (MonoTime.Never, MonoTime.Never, 0, now);
        }
    }

    /// <summary>Where a path of the other end's was last seen, and what came by it.</summary>
    internal struct Arrival
    {
        internal Endpoint From;
        internal LocalAddress To;
        internal ulong Packets;
        internal MonoTime LastAt;
    }
}
