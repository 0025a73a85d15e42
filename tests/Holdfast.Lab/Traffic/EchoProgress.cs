namespace Holdfast.Labs;

/// <summary>How an echo session goes.</summary>
/// <param name="Echoed">Lines that came back, in order.</param>
/// <param name="LongestGapMs">The longest time between two of them in milliseconds, a gap that lasts
/// included.</param>
/// <param name="Error">Why it broke, or null while it lives.</param>
public sealed record EchoProgress(long Echoed, double LongestGapMs, string? Error);
