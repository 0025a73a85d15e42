namespace Holdfast.Protocol.Segments;

/// <summary>What a packet of a TUN device stands for (VIRTIO_NET_HDR_GSO_* of linux/virtio_net.h).</summary>
public enum SegmentKind : byte
{
    /// <summary>Itself.</summary>
    Single = 0,

    /// <summary>TCP segments over IPv4.</summary>
    Tcp4 = 1,

    /// <summary>TCP segments over IPv6.</summary>
    Tcp6 = 4,

    /// <summary>UDP datagrams of one size, over either.</summary>
    Udp = 5,
}
