namespace Holdfast.Labs;

/// <summary>
/// One direction of a wire as arithmetic: packets and times go in, packets come out when they are due. Pure: time is
/// an argument and the dice are seeded, so that a test runs hours of it at once. Not thread-safe, but
/// <see cref="Faults"/> may be replaced, and <see cref="Counters"/> read, by any thread.
/// </summary>
public sealed class Lane
{
    /// <summary>Packets in flight at most: a second of small packets at a rate that no test here reaches.</summary>
    public const int MostInFlight = 65_536;

    private const int UsualSize = 2048;

    private readonly Random _dice;
    private readonly PriorityQueue<Packet, (TimeSpan Due, long Order)> _flight = new();
    private readonly Stack<byte[]> _spare = new();
    private volatile Faults _faults = Faults.None;
    private Packet? _taken;
    private long _order;
    private TimeSpan _lastDue;
    private double _lineFreeAt;

    /// <summary>Makes an empty direction.</summary>
    /// <param name="seed">Seed of the dice: the same packets at the same times meet the same fate.</param>
    public Lane(int seed) => _dice = new Random(seed);

    /// <summary>What this direction does to packets.</summary>
    public Faults Faults
    {
        get => _faults;
        set => _faults = value;
    }

    /// <summary>What happened so far.</summary>
    public LaneCounters Counters { get; } = new();

    /// <summary>Packets under way.</summary>
    public int InFlight => _flight.Count;

    /// <summary>When the next packet is due, or null when nothing is in flight.</summary>
    public TimeSpan? NextDue => _flight.TryPeek(out _, out var key) ? key.Due : null;

    /// <summary>A packet enters.</summary>
    /// <param name="packet">A whole IP packet; borrowed.</param>
    /// <param name="now">The time; never goes back between calls.</param>
    /// <returns>Why it was dropped at once, or <see cref="DropCause.None"/> when it is under way.</returns>
    public DropCause Offer(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        var faults = _faults;
        Counters.CountOffered();
        if (FateAtEntry(packet, faults, now) is var drop and not DropCause.None)
            return Counters.CountDrop(drop);
        var due = Schedule(packet.Length, faults, now);
        Launch(packet, due);
        if (faults.Duplicate > 0 && _dice.NextDouble() < faults.Duplicate && _flight.Count < MostInFlight)
        {
            Counters.CountDuplicated();
            Launch(packet, due);
        }
        return DropCause.None;
    }

    /// <summary>A packet enters and is dropped for a cause that this direction does not know of.</summary>
    /// <param name="cause">The cause.</param>
    public void Refuse(DropCause cause)
    {
        Counters.CountOffered();
        Counters.CountDrop(cause);
    }

    /// <summary>Takes the next packet that is due.</summary>
    /// <param name="now">The time; never goes back between calls.</param>
    /// <param name="packet">The packet; valid until the next call of this lane.</param>
    /// <returns>False when nothing is due.</returns>
    public bool TryTake(TimeSpan now, out Memory<byte> packet)
    {
        Recycle();
        while (_flight.TryPeek(out var next, out var key) && key.Due <= now)
        {
            _flight.Dequeue();
            _taken = next;
            if (!_faults.Cut)
            {
                packet = next.Bytes.AsMemory(0, next.Length);
                return true;
            }
            Counters.CountDrop(DropCause.Cut);
            Recycle();
        }
        packet = default;
        return false;
    }

    private DropCause FateAtEntry(ReadOnlySpan<byte> packet, Faults faults, TimeSpan now)
    {
        if (faults.Cut)
            return DropCause.Cut;
        if (faults.Blocks is { } blocks && blocks(packet))
            return DropCause.Blocked;
        if (packet.Length > faults.Mtu)
            return DropCause.TooBig;
        if (faults.Loss > 0 && _dice.NextDouble() < faults.Loss)
            return DropCause.Lost;
        if (faults.Rate is { } rate && Backlog(rate, now) + packet.Length > faults.Buffer)
            return DropCause.BufferFull;
        return _flight.Count < MostInFlight ? DropCause.None : DropCause.Overflow;
    }

    private double Backlog(long rate, TimeSpan now)
        => Math.Max(0, _lineFreeAt - now.Ticks) * rate / 8 / TimeSpan.TicksPerSecond;

    private TimeSpan Schedule(int length, Faults faults, TimeSpan now)
    {
        var due = now;
        if (faults.Rate is { } rate)
        {
            // In fractions of a tick, so that the rounding of small packets does not add up to another rate.
            _lineFreeAt = Math.Max(_lineFreeAt, now.Ticks) + (8.0 * length * TimeSpan.TicksPerSecond / rate);
            due = TimeSpan.FromTicks((long)Math.Ceiling(_lineFreeAt));
        }
        due += faults.Delay;
        if (faults.Jitter > TimeSpan.Zero)
            due += faults.Jitter * _dice.NextDouble();
        if (faults.Reorder > 0 && _dice.NextDouble() < faults.Reorder)
        {
            Counters.CountReordered();
            return Later(due, _lastDue) + faults.HeldBack;
        }
        return _lastDue = Later(due, _lastDue);
    }

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private void Launch(ReadOnlySpan<byte> packet, TimeSpan due)
    {
        if (packet.Length > UsualSize || !_spare.TryPop(out var bytes))
            bytes = new byte[Math.Max(UsualSize, packet.Length)];
        packet.CopyTo(bytes);
        _flight.Enqueue(new Packet(bytes, packet.Length), (due, _order++));
    }

    private void Recycle()
    {
        if (_taken is { Bytes.Length: UsualSize } taken)
            _spare.Push(taken.Bytes);
        _taken = null;
    }

    private readonly record struct Packet(byte[] Bytes, int Length);
}
