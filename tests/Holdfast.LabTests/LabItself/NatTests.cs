using System.Buffers.Binary;
using System.Net;

namespace Holdfast.LabTests.LabItself;

/// <summary>The wire's NAT, in virtual time; every translated packet's checksums are verified.</summary>
public sealed class NatTests
{
    private static readonly NatOptions Options = new()
    {
        PublicV4 = IPAddress.Parse("192.0.2.1"),
        PublicV6 = IPAddress.Parse("2001:db8::1"),
        MappingLifetime = TimeSpan.FromSeconds(2),
        FirstPort = 40_000,
    };

    public static TheoryData<bool, byte> Flows => new()
    {
        { false, IpLayout.Udp }, { false, IpLayout.Tcp }, { false, IpLayout.Icmp },
        { true, IpLayout.Udp }, { true, IpLayout.Tcp }, { true, IpLayout.IcmpV6 },
    };

    [Theory, MemberData(nameof(Flows))]
    public void A_flow_goes_out_and_its_answer_comes_back(bool v6, byte protocol)
    {
        var nat = new Nat(Options);
        var request = Make(Inside(v6), 1234, Peer(v6), 53, protocol);
        Assert.Equal(DropCause.None, nat.Outbound(request, At(0)));
        AssertValid(request);
        Assert.Equal(Public(v6), Source(request));
        Assert.Equal(40_000, protocol is IpLayout.Icmp or IpLayout.IcmpV6 ? Identifier(request) : SourcePort(request));

        var answer = Make(Peer(v6), 53, Public(v6), 40_000, protocol, reply: true);
        Assert.Equal(DropCause.None, nat.Inbound(answer, At(1)));
        AssertValid(answer);
        Assert.Equal(Inside(v6), Destination(answer));
        var port = protocol is IpLayout.Icmp or IpLayout.IcmpV6 ? Identifier(answer) : DestinationPort(answer);
        Assert.Equal(1234, port);
    }

    [Fact]
    public void Who_was_not_asked_is_filtered()
    {
        var nat = new Nat(Options);
        nat.Outbound(Udp("192.168.1.2", 1234, "192.0.2.2", 53), At(0));
        Assert.Equal(DropCause.NoMapping, nat.Inbound(Udp("192.0.2.3", 53, "192.0.2.1", 40_000), At(0)));
        Assert.Equal(DropCause.NoMapping, nat.Inbound(Udp("192.0.2.2", 54, "192.0.2.1", 40_000), At(0)));
        Assert.Equal(DropCause.NoMapping, nat.Inbound(Udp("192.0.2.2", 53, "192.0.2.1", 40_001), At(0)));
        Assert.Equal(DropCause.NoMapping, nat.Inbound(Udp("192.0.2.2", 53, "192.0.2.9", 40_000), At(0)));
        Assert.Equal(DropCause.None, nat.Inbound(Udp("192.0.2.2", 53, "192.0.2.1", 40_000), At(0)));
    }

    [Fact]
    public void Anybody_may_answer_where_endpoints_are_not_filtered()
    {
        var nat = new Nat(Options with { FiltersByEndpoint = false });
        nat.Outbound(Udp("192.168.1.2", 1234, "192.0.2.2", 53), At(0));
        Assert.Equal(DropCause.None, nat.Inbound(Udp("192.0.2.3", 99, "192.0.2.1", 40_000), At(0)));
    }

    [Fact]
    public void A_mapping_serves_all_destinations_unless_told_otherwise()
    {
        Assert.Equal([40_000, 40_000], Ports(new Nat(Options)));
        Assert.Equal([40_000, 40_001], Ports(new Nat(Options with { MapsByEndpoint = true })));

        static int[] Ports(Nat nat) => [.. new[] { "192.0.2.2", "192.0.2.3" }.Select(to =>
        {
            var packet = Udp("192.168.1.2", 1234, to, 53);
            nat.Outbound(packet, At(0));
            return SourcePort(packet);
        })];
    }

    [Fact]
    public void A_silent_mapping_expires_and_comes_back_with_another_port()
    {
        var nat = new Nat(Options);
        nat.Outbound(Udp("192.168.1.2", 1234, "192.0.2.2", 53), At(0));
        Assert.Equal(DropCause.None, nat.Inbound(Udp("192.0.2.2", 53, "192.0.2.1", 40_000), At(1.9)));
        Assert.Equal(DropCause.None, nat.Inbound(Udp("192.0.2.2", 53, "192.0.2.1", 40_000), At(3.8)));
        Assert.Equal(DropCause.NoMapping, nat.Inbound(Udp("192.0.2.2", 53, "192.0.2.1", 40_000), At(5.9)));
        var again = Udp("192.168.1.2", 1234, "192.0.2.2", 53);
        Assert.Equal(DropCause.None, nat.Outbound(again, At(6)));
        Assert.Equal(40_001, SourcePort(again));
        Assert.Equal(DropCause.NoMapping, nat.Inbound(Udp("192.0.2.2", 53, "192.0.2.1", 40_000), At(6)));
    }

    [Fact]
    public void Answers_may_not_count_as_life()
    {
        var nat = new Nat(Options with { InboundRefreshes = false });
        nat.Outbound(Udp("192.168.1.2", 1234, "192.0.2.2", 53), At(0));
        Assert.Equal(DropCause.None, nat.Inbound(Udp("192.0.2.2", 53, "192.0.2.1", 40_000), At(1.9)));
        Assert.Equal(DropCause.NoMapping, nat.Inbound(Udp("192.0.2.2", 53, "192.0.2.1", 40_000), At(2.1)));
    }

    [Fact]
    public void Forgotten_mappings_get_other_ports()
    {
        var nat = new Nat(Options);
        nat.Outbound(Udp("192.168.1.2", 1234, "192.0.2.2", 53), At(0));
        nat.Forget();
        Assert.Equal(DropCause.NoMapping, nat.Inbound(Udp("192.0.2.2", 53, "192.0.2.1", 40_000), At(0)));
        var again = Udp("192.168.1.2", 1234, "192.0.2.2", 53);
        nat.Outbound(again, At(0));
        Assert.Equal(40_001, SourcePort(again));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void An_error_about_a_flow_finds_its_sender(bool v6)
    {
        var nat = new Nat(Options);
        var packet = Make(Inside(v6), 1234, Peer(v6), 53, IpLayout.Udp, size: 1400);
        nat.Outbound(packet, At(0));
        var error = TooBig.Answer(packet, 1300)!;
        AssertValid(error);
        Assert.Equal(DropCause.None, nat.Inbound(error, At(0)));
        AssertValid(error);
        Assert.Equal(Inside(v6), Destination(error));
        var quoted = error.AsSpan(v6 ? 48 : 28).ToArray();
        Assert.Equal(Inside(v6), Source(quoted));
        Assert.Equal(1234, SourcePort(quoted));
    }

    [Fact]
    public void An_error_from_inside_about_an_answer_finds_its_sender()
    {
        var nat = new Nat(Options);
        nat.Outbound(Udp("192.168.1.2", 1234, "192.0.2.2", 53), At(0));
        var answer = Udp("192.0.2.2", 53, "192.0.2.1", 40_000);
        nat.Inbound(answer, At(0));
        var error = Packets.Ip(IPAddress.Parse("192.168.1.2"), IPAddress.Parse("192.0.2.2"), IpLayout.Icmp,
            [3, 3, 0, 0, 0, 0, 0, 0, .. answer], checksumAt: 2);
        Assert.Equal(DropCause.None, nat.Outbound(error, At(0)));
        AssertValid(error);
        Assert.Equal(Public(false), Source(error));
        var quoted = error[28..];
        Assert.Equal(Public(false), Destination(quoted));
        Assert.Equal(40_000, DestinationPort(quoted));
    }

    [Fact]
    public void What_it_cannot_translate_is_named()
    {
        var nat = new Nat(Options);
        var gre = Packets.Ip(IPAddress.Parse("192.168.1.2"), IPAddress.Parse("192.0.2.2"), 47, new byte[20]);
        Assert.Equal(DropCause.Untranslatable, nat.Outbound(gre, At(0)));
        var fragment = Udp("192.168.1.2", 1234, "192.0.2.2", 53);
        fragment[7] = 10;
        Assert.Equal(DropCause.Untranslatable, nat.Outbound(fragment, At(0)));
        Assert.Equal(DropCause.Untranslatable, nat.Outbound(new byte[3], At(0)));
    }

    [Fact]
    public void A_family_without_a_public_address_passes_as_it_is()
    {
        var nat = new Nat(Options with { PublicV6 = null });
        var packet = Make(Inside(true), 1234, Peer(true), 53, IpLayout.Udp);
        var before = packet.ToArray();
        Assert.Equal(DropCause.None, nat.Outbound(packet, At(0)));
        Assert.Equal(before, packet);
    }

    [Fact]
    public void A_datagram_without_checksum_stays_without()
    {
        var nat = new Nat(Options);
        var packet = Udp("192.168.1.2", 1234, "192.0.2.2", 53);
        packet.AsSpan(26, 2).Clear();
        nat.Outbound(packet, At(0));
        Assert.Equal(0, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(26)));
    }

    [Fact]
    public void Full_is_full_until_mappings_expire()
    {
        var nat = new Nat(Options);
        for (var i = 0; i < Nat.MostMappings; i++)
            Assert.Equal(DropCause.None, nat.Outbound(Udp("192.168.1.2", 1000 + i, "192.0.2.2", 53), At(0)));
        Assert.Equal(DropCause.NoMapping, nat.Outbound(Udp("192.168.1.3", 1, "192.0.2.2", 53), At(1)));
        Assert.Equal(DropCause.None, nat.Outbound(Udp("192.168.1.3", 1, "192.0.2.2", 53), At(3)));
    }

    // Checks the checksums of a packet by computing them afresh over the whole packet.
    private static void AssertValid(byte[] packet)
    {
        Assert.True(IpLayout.TryRead(packet, out var layout));
        if (!layout.V6)
            Assert.Equal(0, Checksum.Of(packet.AsSpan(0, 20)));
        var body = packet.AsSpan(layout.Payload);
        var pseudo = layout.Protocol == IpLayout.Icmp ? 0
            : Checksum.Pseudo(layout.AddressesOf(packet), layout.Protocol, body.Length);
        Assert.Equal(0, Checksum.Of(body, pseudo));
    }

    private static byte[] Udp(string from, int fromPort, string to, int toPort)
        => Packets.Udp(new IPEndPoint(IPAddress.Parse(from), fromPort), new IPEndPoint(IPAddress.Parse(to), toPort),
            "hello"u8);

    private static byte[] Make(IPAddress from, int fromPort, IPAddress to, int toPort, byte protocol,
        bool reply = false, int size = 33)
    {
        var body = new byte[size];
        Random.Shared.NextBytes(body);
        if (protocol is IpLayout.Icmp or IpLayout.IcmpV6)
        {
            body[0] = (protocol, reply) switch
            {
                (IpLayout.Icmp, false) => 8,
                (IpLayout.Icmp, true) => 0,
                (_, false) => 128,
                _ => 129,
            };
            BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(4), (ushort)(reply ? toPort : fromPort));
            return Packets.Ip(from, to, protocol, body, checksumAt: 2);
        }
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(2), (ushort)toPort);
        return Packets.Ip(from, to, protocol, body, checksumAt: protocol == IpLayout.Udp ? 6 : 16);
    }

    private static IPAddress Inside(bool v6) => IPAddress.Parse(v6 ? "fd00::2" : "192.168.1.2");

    private static IPAddress Public(bool v6) => IPAddress.Parse(v6 ? "2001:db8::1" : "192.0.2.1");

    private static IPAddress Peer(bool v6) => IPAddress.Parse(v6 ? "2001:db8::2" : "192.0.2.2");

    private static IPAddress Source(byte[] packet) => new(Layout(packet).SourceOf(packet));

    private static IPAddress Destination(byte[] packet) => new(Layout(packet).DestinationOf(packet));

    private static int SourcePort(byte[] packet) => At(packet, 0);

    private static int DestinationPort(byte[] packet) => At(packet, 2);

    private static int Identifier(byte[] packet) => At(packet, 4);

    private static int At(byte[] packet, int offset)
        => BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(Layout(packet).Payload + offset));

    private static IpLayout Layout(byte[] packet)
        => IpLayout.TryRead(packet, out var layout) ? layout : throw new ArgumentException("no IP packet");

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
