namespace Holdfast.Linux.Sockets;

/// <summary>What the kernel tells about a received message beside its bytes.</summary>
internal struct Accompaniment
{
    /// <summary>The address of this host that it came to, and the interface.</summary>
    internal SourceAddress Local;

    /// <summary>The traffic class of the (first) datagram's IP header, ECN in the lower two bits.</summary>
    internal byte TrafficClass;

    /// <summary>The size of each datagram but the last, if the kernel put several together; otherwise 0.</summary>
    internal int SegmentBytes;
}
