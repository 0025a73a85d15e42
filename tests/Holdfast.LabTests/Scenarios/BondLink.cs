namespace Holdfast.LabTests.Scenarios;

/// <summary>One of the links that shall be bonded.</summary>
/// <param name="Megabits">Bits of IP packets per second in either direction, in millions; 0 is a veth pair without a limit.</param>
/// <param name="RoundTripMs">Round trip while nothing waits, in milliseconds.</param>
/// <param name="Loss">Probability of losing a packet, in either direction.</param>
/// <param name="QueueMs">The longest time that a packet waits for the rate, in milliseconds.</param>
internal sealed record BondLink(int Megabits, int RoundTripMs = 2, double Loss = 0, int QueueMs = 50)
{
    public static readonly BondLink Free = new(0, 0);

    public Faults Faults => Faults.Line(Megabits * 1_000_000L, TimeSpan.FromMilliseconds(RoundTripMs), TimeSpan.FromMilliseconds(QueueMs), Loss);
}
