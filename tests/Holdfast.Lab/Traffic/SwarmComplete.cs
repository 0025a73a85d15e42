namespace Holdfast.Labs;

/// <summary>All sites of a swarm have had one handshake more.</summary>
/// <param name="Complete">How many each has had.</param>
/// <param name="Seconds">From the first datagram of this time until the last site's session.</param>
/// <param name="Sent">Datagrams sent so far.</param>
/// <param name="Received">Datagrams received so far.</param>
public sealed record SwarmComplete(int Complete, double Seconds, long Sent, long Received);
