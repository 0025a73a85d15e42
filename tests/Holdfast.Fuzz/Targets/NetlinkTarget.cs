using System.Net;
using Holdfast.Linux.Netlink;

namespace Holdfast.Fuzz.Targets;

/// <summary>A datagram from the kernel's routing socket: links, addresses, routes, rules, errors, and several in one.</summary>
internal sealed class NetlinkTarget : Target
{
    internal override string Name => "netlink";

    internal override IEnumerable<byte[]> Seeds
    {
        get
        {
            var six = new Route
            {
                Destination = IPNetwork.Parse("fd07::/64"),
                Table = 1000,
                Protocol = 4,
                Type = (RouteType)1,
                InterfaceIndex = 3,
                Gateway = IPAddress.Parse("fe80::1"),
                Metric = 7,
                Mtu = 1400,
            };
            var via = new Route { Destination = IPNetwork.Parse("10.0.0.0/8"), Table = 254, Gateway = IPAddress.Parse("fe80::1") };
            yield return Message(RouteSocket.RTM_NEWROUTE, six.Write);
            yield return Message(RouteSocket.RTM_DELROUTE, via.Write);
            yield return Message(RouteSocket.RTM_NEWRULE, new PolicyRule
            {
                Family = System.Net.Sockets.AddressFamily.InterNetwork,
                Table = 51820,
                Priority = 22001,
                Invert = true,
                Mark = new FirewallMark(1, 255),
                From = IPNetwork.Parse("10.0.0.0/8"),
                SuppressPrefixLength = 0,
                InputInterface = "eth0",
                Users = new UserRange(0, 9),
                SourcePorts = new PortRange(1, 2),
                IpProtocol = 17,
            }.Write);
            yield return Message(RouteSocket.RTM_NEWADDR, new AddressState
            {
                InterfaceIndex = 3,
                Address = IPAddress.Parse("10.7.0.2"),
                PrefixLength = 24,
                Label = "hf0",
                Protocol = 4,
                Flags = (AddressFlags)0x200,
            }.Write);
            yield return Message(RouteSocket.RTM_NEWLINK, WriteLink);
            yield return Message(NetlinkMessage.Error, WriteError, NetlinkMessage.NLM_F_ACK_TLVS | NetlinkMessage.NLM_F_CAPPED);
            yield return [.. Message(RouteSocket.RTM_NEWROUTE, six.Write), .. Message(RouteSocket.RTM_DELLINK, WriteLink)];
        }
    }

    private delegate void Body(ref NetlinkWriter message);

    // Each attribute of a link may make a copy of what is known of it.
    internal override long MayAllocate(int length) => 4096 + (256L * length);

    internal override void Read(ReadOnlySpan<byte> input)
    {
        var messages = new NetlinkReader(input);
        while (messages.Next(out var message))
        {
            if (RouteEvent.Parse(message) is { } happened) Check(happened);
            Route.ParseAny(message.Body);
            RouteSocket.ErrorText(message);
        }
    }

    private static void Check(RouteEvent happened)
    {
        if (happened.Route is { } route)
        {
            Require(route.Destination.BaseAddress.AddressFamily == route.Family, "a route of two families");
            Require(route.ToString().Length > 0, "a route without text");
        }
        if (happened.Rule is { } rule) Require(rule.ToString().Length > 0, "a rule without text");
        if (happened.Address is { } address) Require(address.ToString().Length > 0, "an address without text");
        if (happened.Link is { } link) Require(link.Name.Length > 0 && link.Index > 0, "a link without name or number");
    }

    private static byte[] Message(ushort type, Body body, int flags = 0)
    {
        var buffer = new byte[1024];
        var message = new NetlinkWriter(buffer, type, (ushort)flags);
        body(ref message);
        return message.Message.ToArray();
    }

    private static void WriteLink(ref NetlinkWriter message)
    {
        message.U16(0);
        message.U16(65534);
        message.U32(3);
        message.U32(0x41);
        message.U32(0);
        message.Attribute(LinkState.IFLA_IFNAME, "hf0");
        message.Attribute(LinkState.IFLA_MTU, 1420u);
        message.Attribute(LinkState.IFLA_CARRIER, (byte)1);
        message.Attribute(LinkState.IFLA_IFALIAS, "holdfast");
        message.Attribute(LinkState.IFLA_ADDRESS, [2, 0, 0, 0, 0, 1]);
        var info = message.BeginNested(LinkState.IFLA_LINKINFO);
        message.Attribute(LinkState.IFLA_INFO_KIND, "tun");
        var data = message.BeginNested(LinkState.IFLA_INFO_DATA);
        message.Attribute(6, (byte)1);
        message.EndNested(data);
        message.EndNested(info);
    }

    private static void WriteError(ref NetlinkWriter message)
    {
        message.U32(unchecked((uint)-22));
        for (var i = 0; i < 4; i++) message.U32(16);
        message.Attribute(1, "that is not allowed.");
    }
}
