namespace Holdfast.Protocol.Paths;

/// <summary>
/// What went out under one session of late, by counter: when, by which path, whether it is known to have arrived, and where its
/// sealed bytes are kept. Grows with what is under way, to a bound; then the oldest are forgotten.
/// </summary>
internal sealed class SentPackets
{
    private const int InitialCapacity = 256;

    private Sent[] _ring = new Sent[InitialCapacity];
    private ulong _first; // every earlier one has arrived, or is forgotten
    private ulong _next;

    /// <summary>The oldest that may be under way.</summary>
    internal ulong First => _first;

    /// <summary>One above the latest.</summary>
    internal ulong Next => _next;

    /// <summary>Notes a datagram. Counters come in order; those between two were not noted, and count as arrived.</summary>
    internal void Add(ulong counter, byte path, int length, ulong position, MonoTime now)
    {
        if (_next == 0 || counter - _next >= (ulong)_ring.Length) (_first, _next) = (counter, counter); // nothing near it was noted
        while (counter - _first >= (ulong)_ring.Length && (_ring.Length < PathLimits.SentPackets)) Grow();
        if (counter - _first >= (ulong)_ring.Length) _first = counter - (ulong)_ring.Length + 1;
        for (; _next < counter; _next++) At(_next).IsDone = true;
        At(counter) = new Sent { At = now, Position = position, Length = (ushort)length, Path = path };
        _next = counter + 1;
    }

    /// <summary>The one with this counter; false if it is not known.</summary>
    internal bool TryFind(ulong counter, out Sent sent)
    {
        var known = counter >= _first && counter < _next;
        sent = known ? At(counter) : default;
        return known;
    }

    /// <summary>Whether it was under way; from here on it is not.</summary>
    internal bool Finish(ulong counter, out Sent sent)
    {
        if (!TryFind(counter, out sent) || sent.IsDone) return false;
        At(counter).IsDone = true;
        while (_first < _next && At(_first).IsDone) _first++;
        return true;
    }

    /// <summary>It goes by another path now.</summary>
    internal void Move(ulong counter, byte path)
    {
        ref var sent = ref At(counter);
        (sent.Path, sent.Moves) = (path, (byte)(sent.Moves + 1));
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
        internal MonoTime At;
        internal ulong Position;
        internal ushort Length;
        internal byte Path;
        internal bool IsDone;
        internal byte Moves; // after one, an acknowledgement does not tell which copy arrived
    }
}
