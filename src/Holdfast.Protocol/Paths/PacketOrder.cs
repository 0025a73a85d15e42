using Holdfast.Protocol.Noise;

namespace Holdfast.Protocol.Paths;

/// <summary>
/// Puts the packets of one peer in order that came by several paths at once: a packet is held until all before it have come, but no
/// longer than late ones have been late recently. What every path has passed is lost, and comes once more after a round trip or not at
/// all. Whoever asks delivers; nothing is lost or delivered twice here.
/// </summary>
internal sealed class PacketOrder
{
    private readonly HeldPackets _held;
    private readonly short[] _slots = new short[PathLimits.HeldCounters];
    private readonly (ulong Highest, MonoTime At)[] _byPath = new (ulong, MonoTime)[PathLimits.Paths];
    private Keypair? _session;
    private ulong _next;
    private ulong _end; // one above the highest that is held
    private int _count;
    private short _oldest = HeldPackets.None; // of what is held, the one that came first
    private short _newest = HeldPackets.None;
    private MonoTime _gapSince;
    private MonoTime _lostBy = MonoTime.Never; // what is due next was passed by all paths, and comes until then or not at all
    private TimeSpan _latest = PathLimits.FirstHold; // the latest a packet has been of late
    private TimeSpan _latestBefore;
    private MonoTime _countedSince = MonoTime.LongAgo;

    internal PacketOrder(HeldPackets held)
    {
        _held = held;
        Array.Fill(_slots, HeldPackets.None);
    }

    /// <summary>The counter whose packet is due next.</summary>
    internal ulong Next => _next;

    /// <summary>Packets that are held.</summary>
    internal int Count => _count;

    /// <summary>How long a packet is held at most.</summary>
    internal TimeSpan Patience
    {
        get
        {
            var latest = _latest > _latestBefore ? _latest : _latestBefore;
            var patience = (latest * 1.25) + TimeSpan.FromMilliseconds(2);
            return patience < PathLimits.LeastHold ? PathLimits.LeastHold
                : patience > PathLimits.MostHold ? PathLimits.MostHold : patience;
        }
    }

    /// <summary>When what is held is let go, whatever is missing; never while nothing is held.</summary>
    internal MonoTime Due
    {
        get
        {
            if (_count == 0) return MonoTime.Never;
            var due = _held.ArrivalOf(_oldest) + PathLimits.MostHold;
            if (_gapSince + Patience < due) due = _gapSince + Patience;
            return due < _lostBy ? due : _lostBy;
        }
    }

    /// <summary>Whether its messages are in order already: they belong to another session.</summary>
    internal bool Follows(Keypair session) => _session == session;

    /// <summary>Begins with a session, of which everything that came so far was delivered. What is held is forgotten.</summary>
    internal void Begin(Keypair session, ulong next)
    {
        Clear();
        (_session, _next, _end, _lostBy) = (session, next, next, MonoTime.Never);
        Array.Fill(_byPath, (0UL, MonoTime.LongAgo));
    }

    /// <summary>A message came by a path of the other end's. Paths keep their order.</summary>
    internal void Came(int path, ulong counter, MonoTime now)
    {
        ref var last = ref _byPath[path];
        last = (Math.Max(last.Highest, counter), now);
    }

    /// <summary>Notes whether all paths that may still carry it have passed what is due next. It may come once more within
    /// <paramref name="again"/>.</summary>
    internal void FindLost(TimeSpan again, MonoTime now)
    {
        if (_count == 0 || _lostBy != MonoTime.Never) return;
        var patience = Patience;
        foreach (var (highest, at) in _byPath)
            if (highest < _next && !(at + patience).Passed(now)) return;
        _lostBy = now + again;
    }

    /// <summary>Whether so much is missing before a counter that nothing is put in order.</summary>
    internal bool IsFarAhead(ulong counter) => counter - _next >= PathLimits.HeldCounters;

    /// <summary>Holds a packet whose turn has not come. False if there is no room for it: each peer leaves as much to others.</summary>
    internal bool TryHold(ulong counter, ReadOnlySpan<byte> packet, MonoTime now)
    {
        if (_count >= _held.Free) return false;
        var slot = _held.Hold(packet, now);
        if (slot == HeldPackets.None) return false;
        SlotOf(counter) = slot;
        _held.Link(_newest, slot);
        if (_oldest == HeldPackets.None) _oldest = slot;
        _newest = slot;
        if (_count++ == 0) _gapSince = now;
        if (counter >= _end) _end = counter + 1;
        return true;
    }

    /// <summary>No packet comes under this counter.</summary>
    internal void Skip(ulong counter)
    {
        if (counter - _next >= PathLimits.HeldCounters) return;
        ref var slot = ref SlotOf(counter);
        if (slot != HeldPackets.None) return;
        slot = HeldPackets.Skipped;
        if (counter >= _end) _end = counter + 1;
    }

    /// <summary>The message that is due came, or counts as come.</summary>
    internal void Pass(MonoTime now)
    {
        if (_count > 0 && _lostBy == MonoTime.Never) Note(now - _gapSince, now);
        Step();
    }

    /// <summary>One came whose turn is over.</summary>
    internal void CameLate(MonoTime now) => Note(Patience * 1.25, now);

    /// <summary>The next packet that may be delivered; free its slot. What is no packet but was seen is skipped.</summary>
    internal bool TryTake(out short slot)
    {
        slot = HeldPackets.None;
        while (true)
        {
            ref var held = ref SlotOf(_next);
            if (held >= 0)
            {
                slot = held;
                Unlink(slot);
                _count--;
            }
            else if (held == HeldPackets.None && !_session!.Window.HasSeen(_next))
            {
                return false;
            }
            held = HeldPackets.None;
            Step();
            FindGap();
            if (slot >= 0) return true;
        }
    }

    /// <summary>Nothing more is awaited before the first that is held.</summary>
    internal void GiveUp()
    {
        if (_count == 0) return;
        while (true)
        {
            ref var slot = ref SlotOf(_next);
            if (slot >= 0) return;
            slot = HeldPackets.None;
            Step();
        }
    }

    /// <summary>Holds nothing any more.</summary>
    internal void Clear()
    {
        for (var at = _next; at < _end; at++)
        {
            ref var held = ref SlotOf(at);
            if (held >= 0) _held.Release(held);
            held = HeldPackets.None;
        }
        (_count, _end, _oldest, _newest) = (0, _next, HeldPackets.None, HeldPackets.None);
    }

    private void Unlink(short slot)
    {
        var (older, newer) = _held.LinksOf(slot);
        _held.Link(older, newer);
        if (_oldest == slot) _oldest = newer;
        if (_newest == slot) _newest = older;
    }

    private void Step() => (_next, _lostBy) = (_next + 1, MonoTime.Never);

    private ref short SlotOf(ulong counter) => ref _slots[counter & (PathLimits.HeldCounters - 1)];

    /// <summary>A gap is known since the packet behind it came.</summary>
    private void FindGap()
    {
        if (_count == 0) return;
        for (var at = _next; at < _end; at++)
        {
            if (SlotOf(at) is not (var slot and >= 0)) continue;
            _gapSince = _held.ArrivalOf(slot);
            return;
        }
    }

    private void Note(TimeSpan late, MonoTime now)
    {
        if ((_countedSince + PathLimits.LatenessCounts).Passed(now))
            (_latestBefore, _latest, _countedSince) = (_latest, TimeSpan.Zero, now);
        if (late > _latest) _latest = late;
    }
}
