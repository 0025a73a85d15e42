using System.Buffers.Binary;
using System.Net;
using Holdfast.Protocol;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>What the host is told about packets that no peer can take; checksums are summed up anew here.</summary>
public sealed class IcmpErrorTests
{
    private readonly TestEnd _end = new(1, new SimRandom(1));
    private Now _now = new(new MonoTime(1_000_000_000), 0);

    [Theory]
    [InlineData(57)]
    [InlineData(1400)]
    public void No_way_for_ipv4(int size)
    {
        var packet = SimPacket.Between(5, 6, 1, size).AsSpan(0, size).ToArray();
        Assert.Equal(Drop.NoPeer, Offer(packet));
        var error = Assert.Single(_end.Packets).Bytes;
        Assert.Equal(Math.Min(576, 28 + size), error.Length);
        Assert.Equal([0x45, 0], error[..2]);
        Assert.Equal(error.Length, BinaryPrimitives.ReadUInt16BigEndian(error.AsSpan(2)));
        Assert.Equal(1, error[9]);
        Assert.Equal(SimPacket.Address4(6), error[12..16]); // from the address that was not reached
        Assert.Equal(SimPacket.Address4(5), error[16..20]);
        Assert.Equal([3, 1], error[20..22]);
        Assert.Equal(packet[..(error.Length - 28)], error[28..]);
        Assert.Equal(0xFFFF, Sum(error[..20]));
        Assert.Equal(0xFFFF, Sum(error[20..]));
    }

    [Theory]
    [InlineData(57)]
    [InlineData(1400)]
    public void No_way_for_ipv6(int size)
    {
        var packet = SimPacket.Between(5, 6, 1, size, v6: true).AsSpan(0, size).ToArray();
        Assert.Equal(Drop.NoPeer, Offer(packet));
        var error = Assert.Single(_end.Packets).Bytes;
        Assert.Equal(Math.Min(1280, 48 + size), error.Length);
        Assert.Equal(0x60, error[0]);
        Assert.Equal(error.Length - 40, BinaryPrimitives.ReadUInt16BigEndian(error.AsSpan(4)));
        Assert.Equal(58, error[6]);
        Assert.Equal(SimPacket.Address6(6), error[8..24]);
        Assert.Equal(SimPacket.Address6(5), error[24..40]);
        Assert.Equal([1, 3], error[40..42]);
        Assert.Equal(packet[..(error.Length - 48)], error[48..]);
        var length = error.Length - 40;
        Assert.Equal(0xFFFF,
            Sum([.. error[8..40], 0, 0, (byte)(length >> 8), (byte)length, 0, 0, 0, 58, .. error[40..]]));
    }

    [Fact]
    public void A_peer_without_address_has_no_way_either()
    {
        var other = new TestEnd(6, _end.Random);
        _end.Add(other, knowsAddress: false);
        Assert.Equal(Drop.NoEndpoint, _end.Send(other, _now));
        Assert.Single(_end.Packets);
        Assert.Equal(1, _end.Sees(other).Drops![Drop.NoEndpoint]);
    }

    [Fact]
    public void Fifty_a_second_and_no_more()
    {
        for (var i = 0; i < 200; i++) Offer(SimPacket.Between(5, 6, 1, 100).AsSpan(0, 100).ToArray());
        Assert.Equal(50, _end.Packets.Count);
        _now = _now with { Mono = _now.Mono + TimeSpan.FromSeconds(.1) };
        for (var i = 0; i < 200; i++) Offer(SimPacket.Between(5, 6, 1, 100).AsSpan(0, 100).ToArray());
        Assert.Equal(55, _end.Packets.Count);
        Assert.Equal(400, _end.Tunnel.Drops[Drop.NoPeer]);
    }

    [Theory]
    [InlineData("10.0.0.1", "224.0.0.1", 17, 0)] // multicast
    [InlineData("10.0.0.1", "255.255.255.255", 17, 0)]
    [InlineData("224.0.0.1", "10.0.0.2", 17, 0)]
    [InlineData("0.0.0.0", "10.0.0.2", 17, 0)] // DHCP: no single host
    [InlineData("127.0.0.1", "10.0.0.2", 17, 0)]
    [InlineData("10.0.0.1", "10.0.0.2", 17, 100)] // a later fragment
    [InlineData("10.0.0.1", "10.0.0.2", 1, 0, 3)] // an error about an error
    [InlineData("10.0.0.1", "10.0.0.2", 1, 0, 11)]
    public void No_error_about_these_of_ipv4(
        string source, string destination, byte protocol, ushort fragment, byte type = 8)
    {
        byte[] packet =
        [
            0x45, 0, 0, 28, 0, 0, (byte)(fragment >> 8), (byte)fragment, 64, protocol, 0, 0,
            .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes(),
            type, 0, 0, 0, 0, 0, 0, 0,
        ];
        Assert.Equal(Drop.NoPeer, Offer(packet));
        Assert.Empty(_end.Packets);
        (packet[12], packet[16], packet[6], packet[7], packet[9]) = (10, 10, 0, 0, 17);
        Offer(packet);
        Assert.Single(_end.Packets);
    }

    [Theory]
    [InlineData("fd00::1", "ff02::1", 17)]
    [InlineData("ff02::1", "fd00::2", 17)]
    [InlineData("::", "fd00::2", 17)] // duplicate address detection
    [InlineData("fd00::1", "fd00::2", 58, 1)]
    [InlineData("fd00::1", "fd00::2", 58, 127)]
    [InlineData("fd00::1", "fd00::2", 58, 137)] // a redirect
    [InlineData("fd00::1", "fd00::2", 44, 58, 0, 0, 0, 0, 0, 0, 1, 1)] // an error in a first fragment
    [InlineData("fd00::1", "fd00::2", 44, 17, 0, 5, 0, 0, 0, 0, 1)] // a later fragment
    [InlineData("fd00::1", "fd00::2", 60, 58, 0, 0, 0, 0, 0, 0, 0, 3)] // behind options
    [InlineData("fd00::1", "fd00::2", 0, 43, 0, 0, 0, 0, 0, 0, 0, 58, 255)] // longer than the packet
    public void No_error_about_these_of_ipv6(string source, string destination, byte next, params int[] payload)
    {
        Offer(V6(source, destination, next, payload));
        Assert.Empty(_end.Packets);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(58, 128)] // an echo request
    [InlineData(44, 17, 0, 0, 1, 0, 0, 0, 1)] // a first fragment
    [InlineData(60, 17, 0, 0, 0, 0, 0, 0, 0)]
    public void Errors_about_these_of_ipv6(byte next, params int[] payload)
    {
        Offer(V6("fd00::1", "fd00::2", next, payload));
        Assert.Single(_end.Packets);
    }

    private static byte[] V6(string source, string destination, byte next, int[] payload)
    {
        byte[] bytes = [.. payload.Select(b => (byte)b), .. new byte[16 - payload.Length]];
        return
        [
            0x60, 0, 0, 0, 0, 16, next, 64, .. IPAddress.Parse(source).GetAddressBytes(),
            .. IPAddress.Parse(destination).GetAddressBytes(), .. bytes,
        ];
    }

    private Drop Offer(byte[] packet) => _end.Tunnel.HandlePacket(packet, packet.Length, _now);

    private static int Sum(byte[] bytes)
    {
        var sum = 0;
        for (var i = 0; i < bytes.Length; i++) sum += bytes[i] << (i % 2 == 0 ? 8 : 0);
        while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
        return sum;
    }
}
