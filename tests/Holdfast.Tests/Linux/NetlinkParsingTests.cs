using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Holdfast.Linux.Netlink;

namespace Holdfast.Tests.Linux;

/// <summary>Netlink's bytes, without a kernel: what is written is read back, and bytes of any content are
/// survived.</summary>
public sealed class NetlinkParsingTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory, MemberData(nameof(Seeds))]
    public void Routes_are_read_as_they_were_written(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var route = AnyRoute(random);
            var shown = Assert.IsType<Route>(RouteEvent(RouteSocket.RTM_NEWROUTE, route.Write).Route);
            var scope = route.Scope ?? shown.Scope;
            Assert.True(shown == route with { Scope = scope }, $"seed {seed}: {route} read as {shown}");
        }
    }

    [Fact]
    public void Next_hops_are_read()
    {
        // struct rtnexthop: length, flags, hops, interface; then its attributes, here RTA_GATEWAY (5).
        byte[] hops = [16, 0, 0, 0, 2, 0, 0, 0, 8, 0, 5, 0, 192, 0, 2, 1, 8, 0, 0, 0, 3, 0, 0, 0];
        var all = new Route { Destination = IPNetwork.Parse("0.0.0.0/0"), Metric = 5 };
        var route = Read(hops);
        Assert.True(route!.IsMultipath);
        Assert.Equal([new NextHop(2, IPAddress.Parse("192.0.2.1")), new NextHop(3, null)], route.NextHops);
        for (var length = 1; length < hops.Length; length++) Read(hops[..length]);
        Assert.Null(Read([99, 0, 0, 0, 2, 0, 0, 0])); // longer than it can be

        Route? Read(byte[] value)
        {
            var reader = new NetlinkReader(Datagram(RouteSocket.RTM_NEWROUTE, (ref NetlinkWriter message) =>
            {
                all.Write(ref message);
                message.Attribute(9, value);
            }));
            Assert.True(reader.Next(out var message));
            return Holdfast.Linux.Netlink.RouteEvent.Parse(message)?.Route;
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Rules_are_read_as_they_were_written(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var rule = AnyRule(random);
            var shown = RouteEvent(RouteSocket.RTM_DELRULE, rule.Write);
            Assert.True(shown.IsRemoved && shown.Rule == rule, $"seed {seed}: {rule} read as {shown.Rule}");
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Addresses_are_read_as_they_were_written(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var address = AnyAddress(random);
            var shown = RouteEvent(RouteSocket.RTM_NEWADDR, address.Write).Address;
            Assert.True(shown == address, $"seed {seed}: {address} read as {shown}");
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Bytes_of_any_content_are_survived(int seed)
    {
        var random = new Random(seed);
        var understood = 0;
        for (var i = 0; i < 5000; i++)
        {
            var bytes = Mutate(random, AnyDatagram(random));
            try
            {
                understood += Read(bytes);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {i}: {Convert.ToHexString(bytes)}: {e}");
            }
        }
        // If nearly nothing is understood, the mutations are too coarse to reach the inside.
        Assert.True(understood > 1000, $"seed {seed}: {understood} understood");
    }

    [Fact]
    public void A_message_cut_anywhere_is_survived()
    {
        var random = new Random(1);
        for (var i = 0; i < 50; i++)
        {
            var whole = AnyDatagram(random);
            for (var length = 0; length < whole.Length; length++)
            {
                Read(whole.AsSpan(0, length));
                // Cut, with a header that says so: the attributes inside are the ones that end early.
                var cut = whole.AsSpan(0, length).ToArray();
                if (length >= 4) BinaryPrimitives.WriteInt32LittleEndian(cut, length);
                Read(cut);
            }
        }
    }

    [Fact]
    public void A_writer_that_is_full_says_so() => Assert.Throws<InvalidOperationException>(() =>
    {
        var message = new NetlinkWriter(new byte[40], 1, 1);
        message.Attribute(1, new byte[21]);
    });

    [Theory]
    [InlineData("", ""), InlineData("text", "text"), InlineData("Grüße", "Grüße")]
    public void Text_and_nested_attributes_are_read_back(string text, string expected)
    {
        var message = new NetlinkWriter(new byte[200], 77, 5);
        var nested = message.BeginNested(9);
        message.Attribute(3, text);
        message.Attribute(4, 0xdeadbeef);
        message.EndNested(nested);
        message.Attribute(5, IPAddress.IPv6Loopback);
        var reader = new NetlinkReader(message.Message);
        Assert.True(reader.Next(out var read));
        Assert.Equal((77, 5), (read.Type, read.Flags));
        var outer = new AttributeReader(read.Body);
        Assert.True(outer.Next());
        Assert.Equal(9, outer.Type);
        var inner = new AttributeReader(outer.Value);
        Assert.True(inner.Next());
        Assert.Equal(expected, inner.Text());
        Assert.True(inner.Next());
        Assert.Equal(0xdeadbeef, inner.U32());
        Assert.False(inner.Next() || inner.Malformed);
        Assert.True(outer.Next());
        Assert.Equal(IPAddress.IPv6Loopback, outer.Address());
        Assert.False(outer.Next() || outer.Malformed);
        Assert.False(reader.Next(out _) || reader.Malformed);
    }

    private delegate void Write(ref NetlinkWriter message);

    private static byte[] Datagram(ushort type, Write write)
    {
        var message = new NetlinkWriter(new byte[1024], type, 0);
        write(ref message);
        return message.Message.ToArray();
    }

    private static RouteEvent RouteEvent(ushort type, Write write)
    {
        var reader = new NetlinkReader(Datagram(type, write));
        Assert.True(reader.Next(out var message));
        return Assert.IsType<RouteEvent>(Holdfast.Linux.Netlink.RouteEvent.Parse(message));
    }

    private static int Read(ReadOnlySpan<byte> bytes)
    {
        var understood = 0;
        var reader = new NetlinkReader(bytes);
        while (reader.Next(out var message))
        {
            if (Holdfast.Linux.Netlink.RouteEvent.Parse(message) is { } happened)
            {
                understood++;
                Assert.NotNull(happened.ToString());
            }
            RouteSocket.ErrorText(message);
        }
        return understood;
    }

    private static byte[] Mutate(Random random, byte[] bytes)
    {
        for (var left = random.Next(4); left > 0 && bytes.Length >= 4; left--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                // Lengths are where readers go wrong.
                case 2:
                    var place = Math.Min(at / 4 * 4, bytes.Length - 2);
                    MemoryMarshal.Write(bytes.AsSpan(place), (ushort)random.Next(40));
                    break;
                default: bytes = bytes[..(at + 1)]; break;
            }
        }
        return bytes;
    }

    private static byte[] AnyDatagram(Random random) => random.Next(5) switch
    {
        0 => Datagram(RouteSocket.RTM_NEWROUTE, AnyRoute(random).Write),
        1 => Datagram(RouteSocket.RTM_NEWRULE, AnyRule(random).Write),
        2 => Datagram(RouteSocket.RTM_NEWADDR, AnyAddress(random).Write),
        3 => Datagram(RouteSocket.RTM_NEWLINK, AnyLink),
        _ => [.. Datagram(RouteSocket.RTM_DELROUTE, AnyRoute(random).Write), .. AnyError()],
    };

    private static void AnyLink(ref NetlinkWriter message)
    {
        for (uint i = 1; i < 5; i++) message.U32(i);
        message.Attribute(LinkState.IFLA_IFNAME, "hft0");
        message.Attribute(LinkState.IFLA_MTU, 1420);
        message.Attribute(LinkState.IFLA_CARRIER, (byte)1);
        message.Attribute(LinkState.IFLA_ADDRESS, new byte[] { 2, 0, 0, 0, 0, 1 });
        var info = message.BeginNested(LinkState.IFLA_LINKINFO);
        message.Attribute(LinkState.IFLA_INFO_KIND, "tun");
        var data = message.BeginNested(LinkState.IFLA_INFO_DATA);
        message.Attribute(3, (byte)1);
        message.Attribute(6, (byte)1);
        message.EndNested(data);
        message.EndNested(info);
    }

    private static byte[] AnyError()
    {
        const ushort Flags = NetlinkMessage.NLM_F_ACK_TLVS | NetlinkMessage.NLM_F_CAPPED;
        var message = new NetlinkWriter(new byte[200], NetlinkMessage.Error, Flags);
        message.U32(unchecked((uint)-22));
        for (var i = 0; i < 4; i++) message.U32(16);
        message.Attribute(1, "some words");
        return message.Message.ToArray();
    }

    private static Route AnyRoute(Random random)
    {
        var network = AnyNetwork(random);
        var six = network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;
        return new Route
        {
            Destination = network,
            Table = Maybe(random) ? (uint)random.Next(1, 256) : (uint)random.NextInt64(1, uint.MaxValue),
            Metric = Maybe(random) ? 0 : (uint)random.Next(),
            Protocol = (byte)random.Next(256),
            Scope = Maybe(random) ? null : (byte)random.Next(256),
            Type = (RouteType)random.Next(1, 10),
            Gateway = Maybe(random) ? null : AnyIPAddress(random, !six || Maybe(random)),
            InterfaceIndex = Maybe(random) ? 0 : random.Next(),
            PreferredSource = Maybe(random) ? null : AnyIPAddress(random, six),
            Mtu = Maybe(random) ? 0 : (uint)random.Next(),
            OnLink = Maybe(random),
        };
    }

    private static PolicyRule AnyRule(Random random)
    {
        var six = Maybe(random);
        return new PolicyRule
        {
            Family = six ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork,
            Priority = (uint)random.Next(),
            Table = (uint)random.NextInt64(0, uint.MaxValue),
            Action = (RuleAction)random.Next(9),
            Mark = Maybe(random) ? null : new FirewallMark((uint)random.Next(), (uint)random.Next(1, int.MaxValue)),
            Invert = Maybe(random),
            SuppressPrefixLength = Maybe(random) ? null : random.Next(129),
            From = Maybe(random) ? null : AnyNetwork(random, six),
            To = Maybe(random) ? null : AnyNetwork(random, six),
            InputInterface = Maybe(random) ? null : "wan0",
            OutputInterface = Maybe(random) ? null : "lo",
            Users = Maybe(random) ? null : new UserRange((uint)random.Next(), (uint)random.Next()),
            IpProtocol = (byte)random.Next(256),
            SourcePorts = Maybe(random) ? null : new PortRange((ushort)random.Next(65536), (ushort)random.Next(65536)),
            DestinationPorts = Maybe(random) ? null : new PortRange((ushort)random.Next(65536), 443),
            Protocol = (byte)random.Next(256),
        };
    }

    private static AddressState AnyAddress(Random random)
    {
        var six = Maybe(random);
        return new AddressState
        {
            InterfaceIndex = random.Next(),
            Address = AnyIPAddress(random, six),
            PrefixLength = random.Next(six ? 129 : 33),
            Peer = Maybe(random) ? null : AnyIPAddress(random, six),
            Flags = (AddressFlags)random.Next(0x1000),
            Protocol = (byte)random.Next(256),
            Scope = (byte)random.Next(256),
            Label = Maybe(random) ? null : "wan0",
        };
    }

    private static bool Maybe(Random random) => random.Next(2) == 0;

    private static IPNetwork AnyNetwork(Random random) => AnyNetwork(random, Maybe(random));

    private static IPNetwork AnyNetwork(Random random, bool six) =>
        Prefix.Of(AnyIPAddress(random, six), random.Next(six ? 129 : 33))!.Value;

    private static IPAddress AnyIPAddress(Random random, bool six)
    {
        var bytes = new byte[six ? 16 : 4];
        random.NextBytes(bytes);
        return new IPAddress(bytes);
    }
}
