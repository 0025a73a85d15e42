namespace Holdfast.Labs;

/// <summary>How a veth pair is made.</summary>
public sealed record VethOptions : LinkOptions
{
    /// <summary>Segmentation and receive offloads; without them each packet crosses as it would cross a plain
    /// card.</summary>
    public bool Offloads { get; init; } = true;

    /// <summary>Bits per second that each end sends at most (tbf); null is unlimited.</summary>
    public long? Rate { get; init; }

    /// <summary>The longest time that a packet waits for the rate.</summary>
    public TimeSpan Queue { get; init; } = TimeSpan.FromMilliseconds(50);
}
