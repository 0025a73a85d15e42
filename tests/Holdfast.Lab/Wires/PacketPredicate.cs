namespace Holdfast.Labs;

/// <summary>Judges an IP packet.</summary>
/// <param name="packet">A whole IPv4 or IPv6 packet; borrowed for the call only.</param>
public delegate bool PacketPredicate(ReadOnlySpan<byte> packet);
