namespace Holdfast.Linux.Sockets;

/// <summary>What the kernel tells about a received message beside its bytes.</summary>
public readonly record struct Accompaniment
{
    /// <summary>The address of this host that it came to, and the interface.</summary>
    public SourceAddress Local { get; init; }

    /// <summary>The traffic class that it came with, ECN in the lower two bits; 0 without
    /// <see cref="UdpOptions.TellsTrafficClass"/>.</summary>
    public byte TrafficClass { get; init; }

    /// <summary>The size in bytes of each of its datagrams but the last; 0 if it is one datagram. Needs
    /// <see cref="UdpOptions.JoinsReceived"/>.</summary>
    public int SegmentBytes { get; init; }
}
