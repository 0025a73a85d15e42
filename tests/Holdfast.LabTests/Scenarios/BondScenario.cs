namespace Holdfast.LabTests.Scenarios;

/// <summary>A row of the table of bonds.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Wanted">The part of the reference that one TCP stream shall reach.</param>
/// <param name="OfFirst">The reference is the first link alone; otherwise it is the sum of all.</param>
/// <param name="Links">The links.</param>
internal sealed record BondScenario(string Name, double Wanted, bool OfFirst, params BondLink[] Links)
{
    public static readonly IReadOnlyList<BondScenario> All =
    [
        new("equal", .98, false, new(200, 2), new(200, 2)),
        new("equal-back", .98, false, new(200, 2), new(200, 2)) { Back = true },
        new("equal-tbf", .98, false, new(200, 0), new(200, 0)),
        new("skewed", .90, false, new(300, 10), new(100, 40)),
        new("bad-second", .97, true, new(200, 20), new(20, 80, .03, 500)),
        new("one-uplink-back", .98, false, new(200, 20), new(200, 20)) { Back = true, HubHasOne = true },
        new("one-uplink-bad-back", .97, true, new(200, 20), new(20, 80, .03, 500)) { Back = true, HubHasOne = true },
        new("four", .90, false, new(50, 5), new(50, 20), new(50, 40), new(50, 60)),
        new("cost-one-link", .85, true, BondLink.Free),
        new("cost-two-links", .85, true, BondLink.Free, BondLink.Free),
    ];

    /// <summary>The stream goes from the hub to the site.</summary>
    public bool Back { get; init; }

    /// <summary>The hub has one uplink, which is wider than all of the site's.</summary>
    public bool HubHasOne { get; init; }

    public static BondScenario Named(string name) => All.Single(s => s.Name == name);

    /// <summary>What the links' single figures come to.</summary>
    public double Reference(IReadOnlyList<BondFigure> alone) => OfFirst ? alone[0].Megabits : alone.Sum(f => f.Megabits);

    public override string ToString() => $"{Name} ({string.Join(" + ", Links.Select(l => l.ToString()))})";
}
