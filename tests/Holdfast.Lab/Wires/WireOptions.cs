namespace Holdfast.Labs;

/// <summary>How a wire with a relay inside is made.</summary>
public sealed record WireOptions : LinkOptions
{
    /// <summary>What happens to packets from the near to the far end.</summary>
    public Faults Forward { get; init; } = Faults.None;

    /// <summary>What happens to packets from the far to the near end.</summary>
    public Faults Backward { get; init; } = Faults.None;

    /// <summary>Hides the near end; null is no NAT.</summary>
    public NatOptions? Nat { get; init; }

    /// <summary>The same faults in both directions.</summary>
    /// <param name="faults">The faults.</param>
    /// <param name="name">The wire's name; null lets the lab number it.</param>
    public static WireOptions With(Faults faults, string? name = null)
        => new() { Forward = faults, Backward = faults, Name = name };
}
