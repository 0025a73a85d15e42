namespace Holdfast.Labs;

/// <summary>How one of many TCP sessions goes.</summary>
/// <param name="Number">Which, from 0.</param>
/// <param name="Habit">What it does: busy, brisk, in bunches, quiet.</param>
/// <param name="Lines">Lines that came back as they were.</param>
/// <param name="LongestMs">The longest time that a line was away, in milliseconds, one that is away still included.</param>
/// <param name="LongestFrom">When that line went, UTC.</param>
/// <param name="WaitingMs">For how long the oldest line is away just now, in milliseconds; 0 if none is.</param>
/// <param name="Error">Why it broke, or null while it lives.</param>
public sealed record SessionProgress(int Number, string Habit, long Lines, double LongestMs, DateTimeOffset LongestFrom,
    double WaitingMs, string? Error);
