namespace Holdfast.Labs;

/// <summary>What ping measured.</summary>
/// <param name="Sent">Requests.</param>
/// <param name="Received">Answers.</param>
/// <param name="Least">Shortest round trip.</param>
/// <param name="Mean">Mean round trip.</param>
/// <param name="Most">Longest round trip.</param>
public sealed record PingResult(int Sent, int Received, TimeSpan Least, TimeSpan Mean, TimeSpan Most);
