using System.Buffers.Binary;
using System.Net;
using Holdfast.Protocol;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>Roaming, crypto-routing, routing loops, and what a host is told when there is no way.</summary>
public sealed class RoutingTests
{
    private static readonly Endpoint Elsewhere = Endpoint.From(IPEndPoint.Parse("[2001:db8::7]:4000"));
    private static readonly Endpoint Attacker = Endpoint.From(IPEndPoint.Parse("203.0.113.66:6666"));

    private readonly TestPair _pair = new TestPair().Connect();

    [Fact]
    public void A_peer_is_where_its_last_authenticated_message_came_from()
    {
        _pair.A.Send(_pair.B, _pair.Now);
        var data = _pair.A.TakeOut() with { From = Elsewhere };
        var local = new LocalAddress(new AddressBits(0, 7), 3);
        Assert.Equal(Drop.None, _pair.B.Tunnel.HandleDatagram(data.Bytes, data.From, local, _pair.Now));
        Assert.Equal((Elsewhere, local), (_pair.PeerA.Endpoint, _pair.PeerA.LocalAddress));
        Assert.Equal("endpoint", _pair.B.Events[^1]);
        _pair.B.Send(_pair.A, _pair.Now);
        Assert.Equal(Elsewhere, _pair.B.TakeOut().To);

        Assert.Equal(Drop.Replayed, _pair.B.Take(data with { From = Attacker }, _pair.Now));
        Assert.Equal(Drop.Forged, _pair.B.Take(data.Flipped(64 + 1) with { From = Attacker }, _pair.Now));
        Assert.Equal(Elsewhere, _pair.PeerA.Endpoint);

        _pair.B.Tunnel.SendFailed(_pair.PeerA, Drop.SendFailed, 0);
        Assert.Equal(new LocalAddress(default, 3), _pair.PeerA.LocalAddress);
        Assert.Equal(Elsewhere, _pair.PeerA.Endpoint);
    }

    [Fact]
    public void Handshakes_and_keepalives_roam_too()
    {
        _pair.Skip(TimeSpan.FromSeconds(200));
        _pair.A.Tunnel.Greet(_pair.PeerB, _pair.Now);
        _pair.B.Take(_pair.A.TakeOut() with { From = Elsewhere }, _pair.Now);
        Assert.Equal(Elsewhere, _pair.PeerA.Endpoint);
        Assert.Equal(Elsewhere, _pair.B.Out[0].To);
        _pair.A.Take(_pair.B.TakeOut() with { From = Attacker with { Port = 9 } }, _pair.Now);
        Assert.Equal(Attacker with { Port = 9 }, _pair.PeerB.Endpoint);
        var keepalive = _pair.A.TakeOut();
        Assert.True(keepalive.IsKeepalive);
        _pair.B.Take(keepalive, _pair.Now);
        Assert.Equal(_pair.A.Address, _pair.PeerA.Endpoint);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_packet_with_a_source_that_is_not_the_peers_is_refused(bool v6)
    {
        var packet = SimPacket.Between(9, 2, 1, 100, v6); // from 9, sent by 1
        Assert.Equal(Drop.None, _pair.A.Tunnel.HandlePacket(packet, 100, _pair.Now));
        Assert.Equal(Drop.WrongSource, _pair.B.Take(_pair.A.TakeOut(), _pair.Now));
        var third = new TestEnd(9, _pair.A.Random);
        _pair.B.Add(third); // somebody else's is no better than nobody's
        _pair.A.Tunnel.HandlePacket(packet, 100, _pair.Now);
        Assert.Equal(Drop.WrongSource, _pair.B.Take(_pair.A.TakeOut(), _pair.Now));
        Assert.Empty(_pair.B.Packets);
        Assert.Equal(2, _pair.PeerA.Drops![Drop.WrongSource]);
    }

    [Fact]
    public void What_is_no_packet_is_refused_at_either_end()
    {
        byte[][] bad =
        [
            [], [0x45], new byte[40], [0x45, 0, 0, 41, .. new byte[36]], [0x45, 0, 0, 19, .. new byte[36]],
            [0x60, 0, 0, 0, 0, 1, .. new byte[34]], [0x60, 0, 0, 0, 0, 0, .. new byte[33]], [0x50, .. new byte[60]],
        ];
        foreach (var packet in bad)
            Assert.Equal(Drop.NotIp, _pair.A.Tunnel.HandlePacket(packet, packet.Length, _pair.Now));
        var room = new byte[200];
        foreach (var packet in bad.Skip(1))
        {
            var length = _pair.PeerB.Current!.Seal(packet, room);
            var datagram = new TestDatagram(_pair.A.Address, _pair.B.Address, room[..length]);
            Assert.Equal(Drop.InnerNotIp, _pair.B.Take(datagram, _pair.Now));
        }
        Assert.Empty(_pair.B.Packets);
    }

    [Fact]
    public void Padding_goes_to_16_bytes_but_beyond_neither_mtu_nor_datagram()
    {
        foreach (var (mtu, size, sent) in new[]
        {
            (1420, 100, 112), (1420, 1419, 1420), (1420, 1420, 1420), (1420, 1500, 1500), (65535, 1425, 1440),
            (65535, Limits.PacketBytes, Limits.PacketBytes), (65535, Limits.PacketBytes - 2, Limits.PacketBytes),
        })
        {
            _pair.A.Tunnel.Mtu = mtu;
            Assert.Equal(Drop.None, _pair.A.Send(_pair.B, _pair.Now, size));
            var datagram = _pair.A.TakeOut();
            Assert.Equal(sent + 32, datagram.Bytes.Length);
            Assert.Equal(Drop.None, _pair.B.Take(datagram, _pair.Now));
            Assert.Equal(size, _pair.B.Packets[^1].Bytes.Length);
        }
        Assert.Equal(Drop.TooBig, _pair.A.Send(_pair.B, _pair.Now, Limits.PacketBytes + 1));
    }

    [Theory]
    [InlineData("192.0.2.2:51820", 51820, 51820, 0, Drop.RoutingLoop)]
    [InlineData("192.0.2.2:51820", 51820, 51821, 0, Drop.None)]
    [InlineData("192.0.2.2:51820", 51821, 51820, 0, Drop.None)]
    [InlineData("192.0.2.2:51820", 0, 0, 185, Drop.RoutingLoop)] // later fragments have no ports
    [InlineData("192.0.2.3:51820", 51820, 51820, 0, Drop.None)]
    [InlineData("[2001:db8::2]:51820", 51820, 51820, 0, Drop.RoutingLoop)]
    [InlineData("[2001:db8::2]:51820", 51820, 51821, 0, Drop.None)]
    [InlineData("[2001:db8::2]:51820", 51820, 51820, 1, Drop.RoutingLoop)] // first fragment: a header, then ports
    [InlineData("[2001:db8::2]:51820", 0, 0, 185, Drop.RoutingLoop)]
    [InlineData("[2001:db8::3]:51820", 51820, 51820, 0, Drop.None)]
    public void Our_own_datagrams_do_not_go_in_again(
        string destination, int sourcePort, int destinationPort, int fragment, Drop expected)
    {
        foreach (var all in new[] { "0.0.0.0/0", "::/0" })
            _pair.A.Tunnel.AllowedIps.Set(IPNetwork.Parse(all), _pair.PeerB);
        var to = IPEndPoint.Parse(destination);
        var v4 = to.Address.GetAddressBytes().Length == 4;
        _pair.PeerB.SetEndpoint(Endpoint.From(IPEndPoint.Parse(v4 ? "192.0.2.2:51820" : "[2001:db8::2]:51820")));
        var packet = Udp(to.Address, (ushort)sourcePort, (ushort)destinationPort, fragment);
        Assert.Equal(expected, _pair.A.Tunnel.HandlePacket(packet, packet.Length, _pair.Now));
        Assert.Equal(expected == Drop.None ? 1 : 0, _pair.A.Out.Count);
    }

    private static byte[] Udp(IPAddress destination, ushort from, ushort to, int fragment)
    {
        byte[] udp = [(byte)(from >> 8), (byte)from, (byte)(to >> 8), (byte)to, 0, 24, 0, 0, .. new byte[16]];
        var address = destination.GetAddressBytes();
        if (address.Length == 4)
        {
            byte[] ip = [0x45, 0, 0, 44, 0, 0, 0x20, 0, 64, 17, 0, 0, 10, 0, 0, 1, .. address, .. udp];
            BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(6), (ushort)fragment);
            return ip;
        }
        byte[] header = fragment == 0 ? [] : [17, 0, 0, 0, 0, 0, 0, 1];
        // 1 stands for the first fragment: offset 0, more to come.
        if (fragment == 1) header[3] = 1;
        else if (fragment > 1) BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(fragment << 3));
        byte next = fragment == 0 ? (byte)17 : (byte)44;
        return
        [
            0x60, 0, 0, 0, 0, (byte)(header.Length + udp.Length), next, 64, .. new byte[15], 1, .. address, .. header,
            .. udp,
        ];
    }
}
