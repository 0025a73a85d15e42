namespace Holdfast.Linux.Netlink;

/// <summary>What the kernel shows of a TUN or TAP (IFLA_TUN_*, linux/if_link.h). A persistent one without a carrier is
/// most likely held by nobody: letting go takes the carrier away, opening brings it.</summary>
/// <param name="IsTap">Ethernet frames instead of IP packets.</param>
/// <param name="IsPersistent">It outlives its owner.</param>
/// <param name="HasVirtioHeader">Packets are preceded by a struct virtio_net_hdr.</param>
/// <param name="IsMultiQueue">Several descriptors may be attached at once.</param>
public sealed record TunState(bool IsTap, bool IsPersistent, bool HasVirtioHeader, bool IsMultiQueue)
{
    private const ushort IFLA_TUN_TYPE = 3;
    private const ushort IFLA_TUN_VNET_HDR = 5;
    private const ushort IFLA_TUN_PERSIST = 6;
    private const ushort IFLA_TUN_MULTI_QUEUE = 7;
    private const byte IFF_TAP = 2;

    internal static TunState Parse(ReadOnlySpan<byte> data, ref AttributeReader outer)
    {
        var state = new TunState(false, false, false, false);
        var attributes = new AttributeReader(data);
        while (attributes.Next())
        {
            state = attributes.Type switch
            {
                IFLA_TUN_TYPE => state with { IsTap = attributes.U8() == IFF_TAP },
                IFLA_TUN_PERSIST => state with { IsPersistent = attributes.U8() != 0 },
                IFLA_TUN_VNET_HDR => state with { HasVirtioHeader = attributes.U8() != 0 },
                IFLA_TUN_MULTI_QUEUE => state with { IsMultiQueue = attributes.U8() != 0 },
                _ => state,
            };
        }
        outer.Join(attributes);
        return state;
    }
}
