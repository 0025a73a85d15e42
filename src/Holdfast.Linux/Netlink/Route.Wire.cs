using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Holdfast.Linux.Netlink;

public sealed partial record Route
{
    // linux/rtnetlink.h
    internal const ushort RTA_DST = 1;
    internal const ushort RTA_SRC = 2;
    internal const ushort RTA_IIF = 3;
    internal const ushort RTA_OIF = 4;
    internal const ushort RTA_MARK = 16;
    internal const ushort RTA_UID = 25;
    internal const int BodySize = 12;
    internal const uint RTM_F_CLONED = 0x200;
    internal const uint RTM_F_LOOKUP_TABLE = 0x1000;
    private const ushort RTA_GATEWAY = 5;
    private const ushort RTA_PRIORITY = 6;
    private const ushort RTA_PREFSRC = 7;
    private const ushort RTA_METRICS = 8;
    private const ushort RTA_MULTIPATH = 9;
    private const ushort RTA_TABLE = 15;
    private const ushort RTA_VIA = 18;
    private const ushort RTAX_MTU = 2;
    private const uint RTNH_F_ONLINK = 4;
    private const int NextHopSize = 8;
    private const uint LargestByte = 255;

    /// <summary>Reads the body of an RTM_NEWROUTE or RTM_DELROUTE.</summary>
    /// <returns>Null if the bytes contradict themselves, are of another family than IPv4 and IPv6, or show an entry of
    /// the route cache, which is no route.</returns>
    internal static Route? Parse(ReadOnlySpan<byte> body) =>
        body.Length >= BodySize && (MemoryMarshal.Read<uint>(body[8..]) & RTM_F_CLONED) == 0 ? ParseAny(body) : null;

    /// <summary>As <see cref="Parse"/>, with cached ones, which a lookup answers with.</summary>
    internal static Route? ParseAny(ReadOnlySpan<byte> body)
    {
        if (body.Length < BodySize || body[0] is not (Libc.AF_INET or Libc.AF_INET6)) return null;
        var six = body[0] == Libc.AF_INET6;
        IPAddress? destination = null;
        var route = new Route
        {
            Destination = Prefix.All(six),
            Table = body[4],
            Protocol = body[5],
            Scope = body[6],
            Type = (RouteType)body[7],
            OnLink = (MemoryMarshal.Read<uint>(body[8..]) & RTNH_F_ONLINK) != 0,
        };
        var attributes = new AttributeReader(body[BodySize..]);
        while (attributes.Next())
        {
            if (attributes.Type == RTA_DST) destination = attributes.Address();
            else route = route.With(ref attributes);
        }
        var network = Prefix.Of(destination ?? route.Destination.BaseAddress, body[1]);
        if (attributes.Malformed || network is null || network.Value.BaseAddress.AddressFamily != route.Family)
            return null;
        return route with { Destination = network.Value };
    }

    private Route With(ref AttributeReader attribute) => attribute.Type switch
    {
        RTA_TABLE => this with { Table = attribute.U32() },
        RTA_PRIORITY => this with { Metric = attribute.U32() },
        RTA_OIF => this with { InterfaceIndex = (int)attribute.U32() },
        RTA_GATEWAY => this with { Gateway = attribute.Address() },
        RTA_VIA => this with { Gateway = attribute.Via() },
        RTA_PREFSRC => this with { PreferredSource = attribute.Address() },
        RTA_MULTIPATH => this with { IsMultipath = true, NextHops = ReadNextHops(ref attribute) },
        RTA_METRICS => this with { Mtu = ReadMtu(ref attribute) },
        _ => this,
    };

    private static List<NextHop> ReadNextHops(ref AttributeReader outer)
    {
        var hops = new List<NextHop>();
        // struct rtnexthop: length, flags, hops, interface; attributes behind it.
        for (var rest = outer.Value; rest.Length >= NextHopSize;)
        {
            var length = MemoryMarshal.Read<ushort>(rest);
            if (length < NextHopSize || !outer.Require(outer.Value.Length - rest.Length + length)) break;
            IPAddress? gateway = null;
            var attributes = new AttributeReader(rest[NextHopSize..length]);
            while (attributes.Next())
            {
                if (attributes.Type == RTA_GATEWAY) gateway = attributes.Address();
                else if (attributes.Type == RTA_VIA) gateway = attributes.Via();
            }
            outer.Join(attributes);
            hops.Add(new NextHop(MemoryMarshal.Read<int>(rest[4..]), gateway));
            rest = rest[Math.Min(length + 3 & ~3, rest.Length)..];
        }
        return hops;
    }

    private static uint ReadMtu(ref AttributeReader outer)
    {
        uint mtu = 0;
        var metrics = new AttributeReader(outer.Value);
        while (metrics.Next())
        {
            if (metrics.Type == RTAX_MTU) mtu = metrics.U32();
        }
        outer.Join(metrics);
        return mtu;
    }

    internal void Write(ref NetlinkWriter message)
    {
        message.U8((byte)(Family == AddressFamily.InterNetworkV6 ? Libc.AF_INET6 : Libc.AF_INET));
        message.U8((byte)Destination.PrefixLength);
        message.U8(0);
        message.U8(0);
        message.U8((byte)(Table <= LargestByte ? Table : 0));
        message.U8(Protocol);
        message.U8(EffectiveScope);
        message.U8((byte)Type);
        message.U32(OnLink ? RTNH_F_ONLINK : 0);
        message.Attribute(RTA_DST, Destination.BaseAddress);
        message.Attribute(RTA_TABLE, Table);
        if (Metric != 0) message.Attribute(RTA_PRIORITY, Metric);
        if (InterfaceIndex != 0) message.Attribute(RTA_OIF, (uint)InterfaceIndex);
        if (PreferredSource is not null) message.Attribute(RTA_PREFSRC, PreferredSource);
        if (Gateway is not null) WriteGateway(ref message, Gateway);
        if (Mtu == 0) return;
        var metrics = message.BeginNested(RTA_METRICS);
        message.Attribute(RTAX_MTU, Mtu);
        message.EndNested(metrics);
    }

    private void WriteGateway(ref NetlinkWriter message, IPAddress gateway)
    {
        if (gateway.AddressFamily == Family)
        {
            message.Attribute(RTA_GATEWAY, gateway);
            return;
        }
        Span<byte> via = stackalloc byte[18];
        var six = gateway.AddressFamily == AddressFamily.InterNetworkV6;
        MemoryMarshal.Write(via, (ushort)(six ? Libc.AF_INET6 : Libc.AF_INET));
        gateway.TryWriteBytes(via[2..], out var size);
        message.Attribute(RTA_VIA, via[..(2 + size)]);
    }
}
