using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol;

public sealed class MessageLimitTests
{
    private readonly TestPair _pair = new TestPair().Connect();

    public MessageLimitTests() => _pair.Skip(TimeSpan.FromSeconds(10));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Either_end_renews_a_keypair_after_2_to_the_60_messages(bool initiator)
    {
        var (from, to) = initiator ? (_pair.A, _pair.B) : (_pair.B, _pair.A);
        from.Sees(to).Current!.SkipTo((1UL << 60) - 1);
        from.Send(to, _pair.Now);
        Assert.Empty(from.OutOf(Message.Initiation));
        from.Send(to, _pair.Now);
        Assert.Single(from.OutOf(Message.Initiation));
        _pair.Exchange();
        Assert.Equal(2, from.Sees(to).Handshakes);
        Assert.Equal(2, to.Packets.Count);
    }

    [Fact]
    public void Nothing_is_sealed_beyond_the_last_message()
    {
        const ulong Last = ulong.MaxValue - 8192 - 1; // 2^64 - 2^13 - 1 messages, counted from 0
        _pair.PeerB.Current!.SkipTo(Last);
        _pair.A.Send(_pair.B, _pair.Now);
        Assert.Equal(Last, BitConverter.ToUInt64(_pair.A.OutOf(Message.Transport).Single().Bytes, 8));
        _pair.A.Send(_pair.B, _pair.Now);
        Assert.Single(_pair.A.OutOf(Message.Transport));
        Assert.Equal(1, _pair.PeerB.Staged.Count);
        _pair.Exchange(); // the initiation that went with the last one makes a session for what waits
        Assert.Equal(2, _pair.B.Packets.Count);
        Assert.Equal(0, _pair.B.Tunnel.Drops.Total);
    }

    [Fact]
    public void Nothing_is_opened_beyond_the_last_message()
    {
        _pair.PeerB.Current!.SkipTo(Limits.RejectAfterMessages);
        var room = new byte[64];
        var length = _pair.PeerB.Current.Seal([], room);
        var datagram = new TestDatagram(_pair.A.Address, _pair.B.Address, room[..length]);
        Assert.Equal(Drop.KeyExpired, _pair.B.Take(datagram, _pair.Now));
    }
}
