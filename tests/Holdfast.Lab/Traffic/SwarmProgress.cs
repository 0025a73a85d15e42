namespace Holdfast.Labs;

/// <summary>How far the sites of a swarm are.</summary>
/// <param name="Sites">Sites that have had the handshake that is waited for.</param>
/// <param name="Handshakes">All handshakes so far.</param>
/// <param name="Seconds">Since the first datagram of this time.</param>
/// <param name="Sent">Datagrams sent so far.</param>
/// <param name="Received">Datagrams received so far.</param>
/// <param name="Refused">Datagrams that the kernel did not take.</param>
/// <param name="Packets">Packets that the hub sent to them so far.</param>
public sealed record SwarmProgress(int Sites, long Handshakes, double Seconds, long Sent, long Received, long Refused,
    long Packets);
