namespace Holdfast.LabTests.Scenarios;

/// <summary>What one stream was like.</summary>
/// <param name="Megabits">Mbit/s that the receiver got.</param>
/// <param name="CpuSeconds">Processor time of both ends' tunnels for each gigabyte; 0 without a tunnel.</param>
internal sealed record BondFigure(double Megabits, double CpuSeconds);
