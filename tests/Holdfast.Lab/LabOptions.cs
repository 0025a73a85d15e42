namespace Holdfast.Labs;

/// <summary>How a lab is drawn.</summary>
public sealed record LabOptions
{
    /// <summary>Names the directory that a failed run leaves: the test's name.</summary>
    public string Name { get; init; } = "lab";

    /// <summary>Seed of all wires' dice.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Bytes of packets kept for each end of each wire, in case that the test fails.</summary>
    public int CaptureBytes { get; init; } = 4 * 1024 * 1024;
}
