namespace Holdfast.Labs;

/// <summary>What a paced sender did.</summary>
/// <param name="Sent">Datagrams.</param>
/// <param name="Refused">Those that the host refused to send.</param>
/// <param name="ElapsedMs">How long it took, in milliseconds.</param>
public sealed record UdpSent(long Sent, long Refused, double ElapsedMs);
