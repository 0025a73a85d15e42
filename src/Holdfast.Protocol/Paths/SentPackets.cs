namespace Holdfast.Protocol.Paths;

/// <summary>
/// What was sealed under one session of late, by counter: by which path it went and when, whether it is known to have arrived, and
/// where its bytes are kept. The latest ones may still wait for a path. Grows with what is under way, to a bound.
/// </summary>
internal sealed class SentPackets
{
    private const int InitialCapacity = 256;

    private Sent[] _ring = new Sent[InitialCapacity];
    private ulong _first; // every earlier one has arrived, or is forgotten
    private ulong _waiting; // every earlier one has gone, or is forgotten
    private ulong _next;

    /// <summary>The oldest that may be under way.</summary>
    internal ulong First => _first;

    /// <summary>One above the latest.</summary>
    internal ulong Next => _next;

    /// <summary>Every one from here on waits for a path.</summary>
    internal ulong Waiting => _waiting;

    /// <summary>Bytes that wait.</summary>
    internal int WaitingBytes { get; private set; }

    /// <summary>Whether one with this counter would push out the oldest.</summary>
    internal bool IsFullFor(ulong counter) =>
        _first < _next && counter - _first >= PathLimits.SentPackets;

    /// <summary>Forgets the oldest, and tells what it was.</summary>
    internal Sent ForgetOldest()
    {
        var oldest = At(_first);
        Finish(_first, out _);
        return oldest;
    }

    /// <summary>Notes a datagram that waits for a path. Counters come in order; those between two were not noted, and count as
    /// arrived. Without <see cref="IsFullFor"/> asked before, the oldest are forgotten.</summary>
    internal void Add(ulong counter, int length, ulong position, Ecn ecn, MonoTime now)
    {
        while (IsFullFor(counter)) ForgetOldest();
        if (_first == _next) (_first, _waiting, _next) = (counter, counter, counter);
        while (counter - _first >= (ulong)_ring.Length) Grow();
        for (; _next < counter; _next++) At(_next) = new Sent { IsDone = true };
        At(counter) = new Sent { Sealed = now, Position = position, Length = (ushort)length, Path = Sent.NoPath, Ecn = ecn };
        _next = counter + 1;
        WaitingBytes += length;
        SkipDone();
    }

    /// <summary>The one with this counter; false if it is not known.</summary>
    internal bool TryFind(ulong counter, out Sent sent)
    {
        var known = counter >= _first && counter < _next;
        sent = known ? At(counter) : default;
        return known;
    }

    /// <summary>Whether it was under way, or waited; from here on it is done.</summary>
    internal bool Finish(ulong counter, out Sent sent)
    {
        if (!TryFind(counter, out sent) || sent.IsDone) return false;
        At(counter).IsDone = true;
        if (sent.IsWaiting) WaitingBytes -= sent.Length;
        SkipDone();
        return true;
    }

    /// <summary>It goes by a path now.</summary>
    internal void Go(ulong counter, PeerPath by, MonoTime now)
    {
        ref var sent = ref At(counter);
        if (sent.IsWaiting) WaitingBytes -= sent.Length;
        else sent.Moves++;
        (sent.Path, sent.At, sent.Sequence) = (by.Id, now, by.Rate.Sequence);
        (sent.DeliveredBefore, sent.DeliveredAt, sent.WasBusy) = (by.Rate.Delivered, by.Rate.DeliveredAt, by.Rate.IsBusy);
        SkipDone();
    }

    private void SkipDone()
    {
        while (_first < _next && At(_first).IsDone) _first++;
        if (_waiting < _first) _waiting = _first;
        while (_waiting < _next && At(_waiting) is { IsDone: true } or { IsWaiting: false }) _waiting++;
    }

    private ref Sent At(ulong counter) => ref _ring[counter & (ulong)(_ring.Length - 1)];

    private void Grow()
    {
        var larger = new Sent[_ring.Length * 4 > PathLimits.SentPackets ? PathLimits.SentPackets : _ring.Length * 4];
        for (var i = _first; i < _next; i++) larger[i & (ulong)(larger.Length - 1)] = At(i);
        _ring = larger;
    }

    internal struct Sent
    {
        /// <summary>The path of what waits.</summary>
        internal const byte NoPath = byte.MaxValue;

        internal MonoTime Sealed;
        internal MonoTime At; // it went last
        internal ulong Position;
        internal long DeliveredBefore; // by its path, when it went
        internal long? DeliveredAt;
        internal uint Sequence; // on its path
        internal ushort Length;
        internal byte Path;
        internal byte Moves; // after one, an acknowledgement does not tell which copy arrived
        internal Ecn Ecn;
        internal bool IsDone;
        internal bool WasBusy; // its path, when it went

        internal readonly bool IsWaiting => Path == NoPath;
    }
}
