namespace Holdfast.LabTests.Scenarios;

/// <summary>One of the links that shall be bonded: a wire that is a line, or, without a round trip, a veth pair.</summary>
/// <param name="Megabits">Bits of IP packets per second in either direction, in millions; 0 is no limit, for a veth pair.</param>
/// <param name="RoundTripMs">Round trip while nothing waits, in milliseconds; 0 is a veth pair, whose queue (tbf) is the sender's
/// own.</param>
/// <param name="Loss">Probability of losing a packet, in either direction.</param>
/// <param name="QueueMs">The longest time that a packet waits for the rate, in milliseconds.</param>
internal sealed record BondLink(int Megabits, int RoundTripMs, double Loss = 0, int QueueMs = 50)
{
    public static readonly BondLink Free = new(0, 0);

    public bool IsVeth => RoundTripMs == 0;

    private long Rate => Megabits * 1_000_000L;

    private TimeSpan Queue => TimeSpan.FromMilliseconds(QueueMs);

    public VethOptions Veth(string name) => new() { Name = name, Rate = Megabits == 0 ? null : Rate, Queue = Queue };

    public WireOptions Wire(string name)
        => WireOptions.With(Faults.Line(Rate, TimeSpan.FromMilliseconds(RoundTripMs), Queue, Loss), name);

    public override string ToString() => Megabits == 0 ? "no limit"
        : FormattableString.Invariant($"{Megabits} Mbit/s {(IsVeth ? "tbf" : FormattableString.Invariant($"{RoundTripMs} ms"))}")
            + (Loss > 0 ? FormattableString.Invariant($" {Loss * 100:F0} % loss {QueueMs} ms queue") : "");
}
