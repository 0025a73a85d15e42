namespace Holdfast.Linux.Tun;

/// <summary>How a TUN device is opened.</summary>
public sealed record TunOptions
{
    /// <summary>Carry Ethernet frames (TAP) instead of IP packets.</summary>
    public bool Tap { get; init; }

    /// <summary>The device outlives the process that holds it.</summary>
    public bool Persist { get; init; }

    /// <summary>Refuse a device that exists already, instead of taking a persistent one over that nobody
    /// holds.</summary>
    public bool MustBeNew { get; init; }

    /// <summary>Each packet is preceded by a struct virtio_net_hdr of 10 bytes, which segmentation offload
    /// needs.</summary>
    public bool VirtioHeader { get; init; }

    /// <summary>What the host may leave to this process; needs <see cref="VirtioHeader"/>. What the kernel lacks of it is
    /// left away: <see cref="TunDevice.Offload"/> tells what there is.</summary>
    public TunOffload Offload { get; init; }
}
