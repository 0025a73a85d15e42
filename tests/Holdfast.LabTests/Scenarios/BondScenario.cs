namespace Holdfast.LabTests.Scenarios;

/// <summary>A row of the table of bonds.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Wanted">The part of the reference that one TCP stream shall reach.</param>
/// <param name="OfBest">The reference is the best link alone; otherwise it is the sum of all.</param>
/// <param name="Links">The links.</param>
internal sealed record BondScenario(string Name, double Wanted, bool OfBest, params BondLink[] Links)
{
    public static readonly IReadOnlyList<BondScenario> All =
    [
        new("equal", .98, false, new(200), new(200)),
        new("skewed", .90, false, new(300, 10), new(100, 40)),
        new("bad-second", .97, true, new(200, 20), new(20, 80, .03, 500)),
        new("four", .90, false, new(50, 5), new(50, 20), new(50, 40), new(50, 60)),
        new("cost-one-link", .85, true, BondLink.Free),
        new("cost-two-links", .85, true, BondLink.Free, BondLink.Free),
    ];

    public static BondScenario Named(string name) => All.Single(s => s.Name == name);

    /// <summary>What the links' single figures come to.</summary>
    public double Reference(IReadOnlyList<double> alone) => OfBest ? alone.Max() : alone.Sum();

    public override string ToString() => $"{Name} ({string.Join(" + ", Links.Select(Describe))})";

    private static string Describe(BondLink link) => link.Megabits == 0 ? "no limit"
        : FormattableString.Invariant($"{link.Megabits} Mbit/s {link.RoundTripMs} ms{(link.Loss > 0 ? $" {link.Loss:P0} loss" : "")}");
}
