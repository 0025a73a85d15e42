using System.Runtime.InteropServices;

namespace Holdfast.Linux.Netlink;

/// <summary>An interface as the kernel shows it (RTM_NEWLINK, rtnetlink(7)).</summary>
public sealed record LinkState
{
    // linux/if_link.h
    internal const ushort IFLA_ADDRESS = 1;
    internal const ushort IFLA_IFNAME = 3;
    internal const ushort IFLA_MTU = 4;
    internal const ushort IFLA_LINK = 5;
    internal const ushort IFLA_MASTER = 10;
    internal const ushort IFLA_LINKINFO = 18;
    internal const ushort IFLA_IFALIAS = 20;
    internal const ushort IFLA_NET_NS_FD = 28;
    internal const ushort IFLA_EXT_MASK = 29;
    internal const ushort IFLA_CARRIER = 33;
    internal const ushort IFLA_GSO_MAX_SIZE = 41;
    internal const ushort IFLA_INFO_KIND = 1;
    internal const ushort IFLA_INFO_DATA = 2;
    internal const uint IFF_UP = 1;
    private const uint IFF_LOOPBACK = 8;
    private const uint IFF_RUNNING = 0x40;
    internal const int BodySize = 16;

    /// <summary>The interface's number in its namespace, 1 or more.</summary>
    public required int Index { get; init; }

    /// <summary>The interface's name, 1 to 15 bytes.</summary>
    public required string Name { get; init; }

    /// <summary>The kernel's flags (IFF_UP and so on, linux/if.h).</summary>
    public uint Flags { get; init; }

    /// <summary>True if it is switched on.</summary>
    public bool IsUp => (Flags & IFF_UP) != 0;

    /// <summary>True if there is a wire behind it, also while it is switched off.</summary>
    public bool HasCarrier { get; init; }

    /// <summary>True if it is switched on and carries packets: the kernel has noticed the carrier, which it does a
    /// moment after it came; what is sent before is dropped.</summary>
    public bool IsRunning => (Flags & IFF_RUNNING) != 0;

    /// <summary>True for the loopback device.</summary>
    public bool IsLoopback => (Flags & IFF_LOOPBACK) != 0;

    /// <summary>The largest packet in bytes.</summary>
    public int Mtu { get; init; }

    /// <summary>The largest packet in bytes that the host's stack hands to it to be cut.</summary>
    public int SuperPacketBytes { get; init; }

    /// <summary>What made it: tun, veth, bridge, wireguard; null for hardware and loopback.</summary>
    public string? Kind { get; init; }

    /// <summary>The text that somebody gave it (ifalias, up to 255 bytes); null for none.</summary>
    public string? Alias { get; init; }

    /// <summary>The bridge or bond that it belongs to; 0 for none.</summary>
    public int MasterIndex { get; init; }

    /// <summary>The interface below it, or a veth's other end, which may be in another namespace; 0 for
    /// none.</summary>
    public int ParentIndex { get; init; }

    /// <summary>What kind of wire (ARPHRD_*, linux/if_arp.h): 1 Ethernet, 772 loopback, 65534 none.</summary>
    public int HardwareType { get; init; }

    /// <summary>The hardware address as 02:00:…; null for none.</summary>
    public string? HardwareAddress { get; init; }

    /// <summary>What is known of a TUN or TAP; null for other kinds.</summary>
    public TunState? Tun { get; init; }

    /// <summary>Reads the body of an RTM_NEWLINK or RTM_DELLINK.</summary>
    /// <returns>Null if the bytes contradict themselves.</returns>
    internal static LinkState? Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length < BodySize) return null;
        var link = new LinkState
        {
            HardwareType = MemoryMarshal.Read<ushort>(body[2..]),
            Index = MemoryMarshal.Read<int>(body[4..]),
            Flags = MemoryMarshal.Read<uint>(body[8..]),
            Name = "",
        };
        var attributes = new AttributeReader(body[BodySize..]);
        while (attributes.Next())
        {
            link = attributes.Type switch
            {
                IFLA_IFNAME => link with { Name = attributes.Text() },
                IFLA_MTU => link with { Mtu = (int)attributes.U32() },
                IFLA_GSO_MAX_SIZE => link with { SuperPacketBytes = (int)attributes.U32() },
                IFLA_LINK => link with { ParentIndex = (int)attributes.U32() },
                IFLA_MASTER => link with { MasterIndex = (int)attributes.U32() },
                IFLA_IFALIAS => link with { Alias = attributes.Text() },
                IFLA_CARRIER => link with { HasCarrier = attributes.U8() != 0 },
                IFLA_ADDRESS => link with { HardwareAddress = Colons(attributes.Value) },
                IFLA_LINKINFO => link.WithKind(ref attributes),
                _ => link,
            };
        }
        return attributes.Malformed || link.Name.Length == 0 || link.Index <= 0 ? null : link;
    }

    private LinkState WithKind(ref AttributeReader info)
    {
        string? kind = null;
        ReadOnlySpan<byte> data = default;
        var inner = new AttributeReader(info.Value);
        while (inner.Next())
        {
            if (inner.Type == IFLA_INFO_KIND) kind = inner.Text();
            else if (inner.Type == IFLA_INFO_DATA) data = inner.Value;
        }
        info.Join(inner);
        return this with { Kind = kind, Tun = kind == "tun" ? TunState.Parse(data, ref info) : null };
    }

    private static string? Colons(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? null : BitConverter.ToString(bytes.ToArray()).Replace('-', ':').ToLowerInvariant();
}
