namespace Holdfast.Labs;

/// <summary>How many TCP sessions go.</summary>
/// <param name="Sessions">Each of them.</param>
public sealed record SessionsProgress(IReadOnlyList<SessionProgress> Sessions)
{
    /// <summary>Those that broke.</summary>
    public int Broken => Sessions.Count(s => s.Error is not null);

    /// <summary>The one whose line was away for longest.</summary>
    public SessionProgress Slowest => Sessions.MaxBy(s => s.LongestMs)!;

    /// <summary>How long the oldest line of any is away just now, in milliseconds.</summary>
    public double WaitingMs => Sessions.Max(s => s.WaitingMs);
}
