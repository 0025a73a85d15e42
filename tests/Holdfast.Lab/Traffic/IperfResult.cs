namespace Holdfast.Labs;

/// <summary>What iperf3 measured.</summary>
/// <param name="BitsPerSecond">What the receiver got.</param>
/// <param name="Bytes">What the receiver got.</param>
/// <param name="Retransmits">TCP segments sent again; 0 for UDP.</param>
/// <param name="LostPackets">UDP datagrams that did not arrive; 0 for TCP.</param>
/// <param name="Packets">UDP datagrams sent; 0 for TCP.</param>
/// <param name="Json">Everything that the client said.</param>
public sealed record IperfResult(double BitsPerSecond, long Bytes, long Retransmits, long LostPackets, long Packets,
    string Json);
