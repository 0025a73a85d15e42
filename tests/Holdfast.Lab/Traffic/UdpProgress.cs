namespace Holdfast.Labs;

/// <summary>How it goes with a paced sender's datagrams.</summary>
/// <param name="Arrived">Datagrams that came so far, each counted once.</param>
/// <param name="Missing">Those before the latest that have not come.</param>
/// <param name="GapMs">The longest time between two arrivals since this was said last, in milliseconds.</param>
public sealed record UdpProgress(long Arrived, long Missing, double GapMs);
