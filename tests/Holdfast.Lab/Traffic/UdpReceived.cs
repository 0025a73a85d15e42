namespace Holdfast.Labs;

/// <summary>What became of a paced sender's datagrams.</summary>
/// <param name="Total">Datagrams sent.</param>
/// <param name="Received">Datagrams received, each counted once.</param>
/// <param name="Duplicated">Further copies.</param>
/// <param name="Reordered">Datagrams that came after a later one.</param>
/// <param name="LongestGapMs">The longest time between two arrivals, in milliseconds.</param>
/// <param name="JitterMs">RFC 3550's jitter, in milliseconds.</param>
/// <param name="LeastDelayMs">Shortest time on the way, in milliseconds.</param>
/// <param name="MeanDelayMs">Mean time on the way, in milliseconds.</param>
/// <param name="MostDelayMs">Longest time on the way, in milliseconds.</param>
public sealed record UdpReceived(long Total, long Received, long Duplicated, long Reordered, double LongestGapMs,
    double JitterMs, double LeastDelayMs, double MeanDelayMs, double MostDelayMs)
{
    /// <summary>Datagrams that never came.</summary>
    public long Lost => Total - Received;
}
