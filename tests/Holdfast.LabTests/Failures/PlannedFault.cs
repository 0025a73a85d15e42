using System.Globalization;

namespace Holdfast.LabTests.Failures;

/// <summary>Something that is to happen.</summary>
/// <param name="At">When, counted from the start.</param>
/// <param name="Kind">What.</param>
/// <param name="Wire">To which wire; null for a daemon.</param>
/// <param name="Hold">How long it lasts; zero for what is done at once.</param>
/// <param name="Draw">A number for what else there is to choose.</param>
internal sealed record PlannedFault(TimeSpan At, FaultKind Kind, string? Wire, TimeSpan Hold, int Draw)
{
    /// <summary>When it is over.</summary>
    public TimeSpan End => At + Hold;

    /// <summary>When, what, where, for how long.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{At.TotalSeconds:F1} s: {Kind}{(Wire is null ? "" : $" {Wire}")}{(Hold > TimeSpan.Zero ? $" for {Hold.TotalSeconds:F1} s" : "")}");
}
