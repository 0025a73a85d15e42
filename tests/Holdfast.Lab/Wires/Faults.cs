namespace Holdfast.Labs;

/// <summary>
/// What one direction of a wire does to packets. Immutable: a change replaces the whole, and holds for packets that
/// enter from then on (a cut also takes those in flight).
/// </summary>
public sealed record Faults
{
    /// <summary>A perfect wire.</summary>
    public static readonly Faults None = new();

    /// <summary>Time from entering (or from leaving the rate's buffer) to leaving; at least zero.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Uniformly between zero and this is added to the delay. Jitter alone never reorders.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Probability of losing a packet, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>Probability of delivering a packet twice, 0 to 1.</summary>
    public double Duplicate { get; init; }

    /// <summary>Probability of holding a packet back so that later ones overtake it, 0 to 1.</summary>
    public double Reorder { get; init; }

    /// <summary>How long a reordered packet is held back on top of its delay.</summary>
    public TimeSpan HeldBack { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Bits of IP packets per second; null is unlimited.</summary>
    public long? Rate { get; init; }

    /// <summary>Bytes that may wait for the rate; what comes on top is dropped (tail drop).</summary>
    public int Buffer { get; init; } = 256 * 1024;

    /// <summary>Bigger IP packets are dropped, in bytes; null is no limit beyond the interfaces' own.</summary>
    public int? Mtu { get; init; }

    /// <summary>A packet dropped as too big is answered with ICMP (RFC 792, 1191, 4443); else it is a black
    /// hole.</summary>
    public bool AnswerTooBig { get; init; }

    /// <summary>Nothing passes, and nobody is told.</summary>
    public bool Cut { get; init; }

    /// <summary>Packets for which this says true are dropped: a firewall on the way.</summary>
    public PacketPredicate? Blocks { get; init; }

    /// <summary>One direction of a line as providers sell them. Its buffer is not the sender's own: a socket learns of a
    /// full one by loss alone.</summary>
    /// <param name="rate">Bits of IP packets per second.</param>
    /// <param name="roundTrip">Of both directions together, while the buffer is empty.</param>
    /// <param name="queue">The longest time that a packet waits for the rate.</param>
    /// <param name="loss">Probability of losing a packet, 0 to 1.</param>
    public static Faults Line(long rate, TimeSpan roundTrip, TimeSpan queue, double loss = 0) => new()
    {
        Rate = rate,
        Delay = roundTrip / 2,
        Buffer = (int)(rate / 8 * queue.TotalSeconds),
        Loss = loss,
    };
}
