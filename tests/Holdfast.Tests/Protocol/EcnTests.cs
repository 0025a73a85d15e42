using Holdfast.Protocol;
using Holdfast.Protocol.Wire;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>ECN through a tunnel (RFC 6040).</summary>
public sealed class EcnTests
{
    private readonly TestPair _pair = new();

    public static TheoryData<Ecn, Ecn, Ecn?, bool> Table()
    {
        // Section 4.2, figure 4: the packet's field, then what it becomes under each of the datagram's; null is lost.
        (Ecn Inner, Ecn? UnderNone, Ecn? Under0, Ecn? Under1, Ecn? UnderCongestion)[] rows =
        [
            (Ecn.NotCapable, Ecn.NotCapable, Ecn.NotCapable, Ecn.NotCapable, null),
            (Ecn.Capable0, Ecn.Capable0, Ecn.Capable0, Ecn.Capable1, Ecn.CongestionExperienced),
            (Ecn.Capable1, Ecn.Capable1, Ecn.Capable1, Ecn.Capable1, Ecn.CongestionExperienced),
            (Ecn.CongestionExperienced, Ecn.CongestionExperienced, Ecn.CongestionExperienced, Ecn.CongestionExperienced,
                Ecn.CongestionExperienced),
        ];
        var data = new TheoryData<Ecn, Ecn, Ecn?, bool>();
        foreach (var row in rows)
        {
            foreach (var v6 in new[] { false, true })
            {
                data.Add(row.Inner, Ecn.NotCapable, row.UnderNone, v6);
                data.Add(row.Inner, Ecn.Capable0, row.Under0, v6);
                data.Add(row.Inner, Ecn.Capable1, row.Under1, v6);
                data.Add(row.Inner, Ecn.CongestionExperienced, row.UnderCongestion, v6);
            }
        }
        return data;
    }

    [Theory, MemberData(nameof(Table))]
    public void A_packet_gets_what_its_datagram_met(Ecn inner, Ecn outer, Ecn? expected, bool v6)
    {
        _pair.Connect();
        var packet = Packet(inner, v6);
        Assert.Equal(Drop.None, _pair.A.Tunnel.HandlePacket(packet, packet.Length - 15, _pair.Now));
        var datagram = _pair.A.TakeOut();
        Assert.Equal(inner, datagram.Ecn);
        var taken = _pair.B.Packets.Count;
        var drop = _pair.B.Take(datagram with { Ecn = outer }, _pair.Now);
        if (expected is null)
        {
            Assert.Equal(Drop.NotEcnCapable, drop);
            Assert.Equal(taken, _pair.B.Packets.Count);
            return;
        }
        Assert.Equal(Drop.None, drop);
        Assert.Equal(Packet(expected.Value, v6)[..^15], _pair.B.Packets[^1].Bytes);
    }

    [Fact]
    public void What_waited_for_a_session_keeps_its_field_and_no_other_message_has_one()
    {
        var packet = Packet(Ecn.Capable0, v6: false);
        _pair.A.Tunnel.HandlePacket(packet, packet.Length - 15, _pair.Now);
        var sent = new List<TestDatagram>();
        while (_pair.A.Out.Count + _pair.B.Out.Count > 0)
        {
            var (from, to) = _pair.A.Out.Count > 0 ? (_pair.A, _pair.B) : (_pair.B, _pair.A);
            sent.Add(from.TakeOut());
            to.Take(sent[^1], _pair.Now);
        }
        Assert.Equal([Message.Initiation, Message.Response, Message.Transport], sent.Take(3).Select(d => d.Type));
        Assert.Equal([Ecn.Capable0], sent.Where(d => d.IsData).Select(d => d.Ecn));
        Assert.All(sent.Where(d => !d.IsData), d => Assert.Equal(Ecn.NotCapable, d.Ecn));
    }

    [Fact]
    public void Nothing_is_lost_for_a_mark_that_may_be_a_neighbours()
    {
        _pair.Connect();
        var packet = Packet(Ecn.NotCapable, v6: false);
        _pair.A.Tunnel.HandlePacket(packet, packet.Length - 15, _pair.Now);
        var datagram = _pair.A.TakeOut();
        var drop = _pair.B.Tunnel.HandleDatagram(
            datagram.Bytes, datagram.From, default, _pair.Now, Ecn.CongestionExperienced, ecnIsShared: true);
        Assert.Equal(Drop.None, drop);
        Assert.Equal(Packet(Ecn.NotCapable, v6: false)[..^15], _pair.B.Packets[^1].Bytes);
    }

    [Fact]
    public void A_wrong_checksum_stays_wrong()
    {
        _pair.Connect();
        var packet = Packet(Ecn.Capable0, v6: false);
        packet[IpHeader.V4Checksum]++;
        _pair.A.Tunnel.HandlePacket(packet, packet.Length - 15, _pair.Now);
        _pair.B.Take(_pair.A.TakeOut() with { Ecn = Ecn.CongestionExperienced }, _pair.Now);
        Assert.NotEqual(0, Checksum.Of(_pair.B.Packets[^1].Bytes.AsSpan(0, IpHeader.V4Bytes)));
    }

    private static byte[] Packet(Ecn ecn, bool v6)
    {
        var packet = SimPacket.Between(1, 2, 7, 100, v6);
        packet[1] |= (byte)((int)ecn << (v6 ? 4 : 0));
        if (v6) return packet;
        packet.AsSpan(IpHeader.V4Checksum, 2).Clear();
        var checksum = Checksum.Of(packet.AsSpan(0, IpHeader.V4Bytes));
        (packet[IpHeader.V4Checksum], packet[IpHeader.V4Checksum + 1]) = ((byte)(checksum >> 8), (byte)checksum);
        return packet;
    }
}
