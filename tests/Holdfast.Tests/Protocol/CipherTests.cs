using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol;

/// <summary>Two Holdfast ends agree on AES-256-GCM; everybody else keeps WireGuard's cipher and never gets a frame.</summary>
public sealed class CipherTests
{
    private const Capabilities Aes = Capabilities.Aes256Gcm;
    private const Capabilities Later = (Capabilities)(1 << 20); // a bit that this version does not know

    [Fact]
    public void Two_ends_that_offer_it_use_it_both_ways()
    {
        var pair = new TestPair(offersA: Aes, offersB: Aes).Connect();
        Assert.Equal((Cipher.Aes256Gcm, Cipher.Aes256Gcm), (pair.PeerA.Cipher, pair.PeerB.Cipher));
        pair.A.Send(pair.B, pair.Now, id: 1);
        pair.B.Send(pair.A, pair.Now, id: 2);
        Assert.Equal(pair.PeerB.Current!.RemoteIndex + 1, ReceiverOf(pair.A.Out[0]));
        Assert.Equal(pair.PeerA.Current!.RemoteIndex + 1, ReceiverOf(pair.B.Out[0]));
        pair.Exchange();
        Assert.Equal((1L, 2L), (pair.B.Ids.Single(), pair.A.Ids.Single()));
        Assert.Equal(0, pair.A.Tunnel.Drops.Total + pair.B.Tunnel.Drops.Total);
    }

    [Theory]
    [InlineData(Capabilities.None, Aes)]
    [InlineData(Aes, Capabilities.None)]
    [InlineData(Aes, Later)]
    [InlineData(Later, Aes)]
    public void One_end_without_it_keeps_both_on_WireGuards(Capabilities a, Capabilities b)
    {
        var pair = new TestPair(offersA: a, offersB: b).Connect();
        for (var minute = 0; minute < 8; minute++)
        {
            pair.A.Send(pair.B, pair.Now, id: minute);
            pair.B.Send(pair.A, pair.Now, id: minute + 100);
            pair.Run(TimeSpan.FromMinutes(1), exchanging: true);
            Assert.NotEqual(Cipher.Aes256Gcm, pair.PeerA.Cipher);
            Assert.NotEqual(Cipher.Aes256Gcm, pair.PeerB.Cipher);
        }
        // A frame that a plain end got would stand here as inner-not-ip.
        Assert.Equal(0, pair.A.Tunnel.Drops.Total + pair.B.Tunnel.Drops.Total);
        Assert.Equal((8, 8), (pair.A.Ids.Count(), pair.B.Ids.Count()));
    }

    [Fact]
    public void The_responder_says_hello_and_only_once_the_session_is_confirmed()
    {
        var pair = new TestPair(offersA: Aes, offersB: Aes);
        pair.A.Tunnel.Greet(pair.PeerB, pair.Now);
        pair.B.Take(pair.A.TakeOut(), pair.Now);
        Assert.Equal(Message.Response, pair.B.Out.Single().Type);
        pair.A.Take(pair.B.TakeOut(), pair.Now);
        Assert.True(pair.A.Out.Single().IsKeepalive);
        pair.B.Take(pair.A.TakeOut(), pair.Now);
        Assert.Equal(Message.TransportMinimumBytes + Hello.Bytes, pair.B.Out.Single().Bytes.Length);
    }

    [Fact]
    public void A_hello_that_is_lost_is_said_again_with_the_next_traffic()
    {
        var pair = Confirmed();
        pair.B.Out.Clear();
        pair.A.Send(pair.B, pair.Now);
        pair.Exchange();
        Assert.Equal(Cipher.ChaCha20Poly1305, pair.PeerA.Cipher); // a second is not over
        pair.Skip(Limits.HelloInterval);
        pair.A.Send(pair.B, pair.Now);
        pair.Exchange();
        Assert.Equal((Cipher.Aes256Gcm, Cipher.Aes256Gcm), (pair.PeerA.Cipher, pair.PeerB.Cipher));
    }

    [Fact]
    public void An_attacker_who_drops_every_hello_keeps_the_session_on_WireGuards_cipher_and_no_more()
    {
        var pair = Confirmed();
        var hellos = 0;
        for (var second = 0; second < 60; second++)
        {
            hellos += pair.B.Out.RemoveAll(d => d.Bytes.Length == Message.TransportMinimumBytes + Hello.Bytes);
            pair.A.Send(pair.B, pair.Now, id: second);
            pair.B.Send(pair.A, pair.Now, id: second);
            hellos += pair.B.Out.RemoveAll(d => d.Bytes.Length == Message.TransportMinimumBytes + Hello.Bytes);
            while (pair.A.Out.Count > 0) pair.B.Take(pair.A.TakeOut(), pair.Now);
            while (pair.B.Out.Count > 0)
            {
                var datagram = pair.B.TakeOut();
                if (datagram.Bytes.Length == Message.TransportMinimumBytes + Hello.Bytes) hellos++;
                else pair.A.Take(datagram, pair.Now);
            }
            pair.Skip(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(Limits.Hellos, hellos);
        Assert.Equal((60, 60), (pair.A.Ids.Count(), pair.B.Ids.Count()));
        Assert.Equal((Cipher.ChaCha20Poly1305, Cipher.ChaCha20Poly1305), (pair.PeerA.Cipher, pair.PeerB.Cipher));
    }

    [Fact]
    public void An_answer_that_is_lost_is_made_good_by_data()
    {
        var pair = Confirmed();
        pair.A.Take(pair.B.TakeOut(), pair.Now);
        pair.A.Out.Clear(); // the answer
        Assert.Equal((Cipher.ChaCha20Poly1305, Cipher.Aes256Gcm), (pair.PeerA.Cipher, pair.PeerB.Cipher));
        pair.A.Send(pair.B, pair.Now);
        pair.Exchange();
        Assert.Equal(Cipher.Aes256Gcm, pair.PeerA.Cipher);
    }

    [Fact]
    public void An_index_that_is_not_agreed_or_not_assigned_is_nobodys()
    {
        var plain = new TestPair().Connect();
        var fast = new TestPair(offersA: Aes, offersB: Aes).Connect();
        foreach (var (pair, first) in new[] { (plain, 1U), (fast, 2U) })
        {
            pair.A.Send(pair.B, pair.Now);
            var datagram = pair.A.TakeOut();
            for (var index = first; index < Limits.IndexBlock; index++)
            {
                BitConverter.TryWriteBytes(datagram.Bytes.AsSpan(4), pair.PeerA.Current!.LocalIndex + index);
                Assert.Equal(Drop.UnknownReceiver, pair.B.Take(datagram, pair.Now));
            }
        }
    }

    [Fact]
    public void Ciphers_share_the_counter_and_the_window_but_no_key()
    {
        var pair = Confirmed();
        pair.A.Send(pair.B, pair.Now, id: 1);
        var early = pair.A.TakeOut(); // under WireGuard's
        pair.A.Take(pair.B.TakeOut(), pair.Now);
        pair.Exchange();
        pair.A.Send(pair.B, pair.Now, id: 2);
        var late = pair.A.TakeOut();
        Assert.Equal(ReceiverOf(early) + 1, ReceiverOf(late));
        Assert.True(CounterOf(late) > CounterOf(early));
        Assert.Equal(Drop.None, pair.B.Take(late, pair.Now));
        Assert.Equal(Drop.None, pair.B.Take(early, pair.Now)); // reordered, and still good
        Assert.Equal(Drop.Replayed, pair.B.Take(late, pair.Now));
        BitConverter.TryWriteBytes(early.Bytes.AsSpan(4), ReceiverOf(late));
        BitConverter.TryWriteBytes(early.Bytes.AsSpan(8), CounterOf(late) + 1);
        Assert.Equal(Drop.Forged, pair.B.Take(early, pair.Now));
    }

    [Fact]
    public void Behind_its_message_limit_the_session_goes_on_under_WireGuards()
    {
        var pair = new TestPair(offersA: Aes, offersB: Aes).Connect();
        pair.PeerB.Current!.SkipTo(Limits.Aes256GcmMessages - 1);
        Assert.Equal(Cipher.Aes256Gcm, pair.PeerB.Cipher);
        pair.A.Send(pair.B, pair.Now, id: 1);
        Assert.Equal(Cipher.ChaCha20Poly1305, pair.PeerB.Cipher);
        pair.A.Send(pair.B, pair.Now, id: 2);
        pair.Exchange();
        Assert.Equal([1L, 2L], pair.B.Ids);
    }

    [Fact]
    public void A_frame_of_another_kind_is_counted_and_changes_nothing()
    {
        var pair = new TestPair(offersA: Aes, offersB: Aes).Connect();
        var room = new byte[64];
        foreach (var plain in new byte[][] { [0], new byte[16], [0x10, 1, 0, 0], [0x10, 0, 0, 0, 1, 0, 0, 0], [0xF0, 1, 0, 0, 1, 0, 0, 0] })
        {
            var length = pair.PeerB.Current!.Seal(plain, room);
            var datagram = new TestDatagram(pair.A.Address, pair.B.Address, room[..length]);
            Assert.Equal(Drop.UnknownFrame, pair.B.Take(datagram, pair.Now));
        }
        Assert.Empty(pair.B.Out);
        Assert.Equal(Cipher.Aes256Gcm, pair.PeerA.Cipher);
    }

    [Fact]
    public void A_new_session_agrees_anew_with_what_its_ends_offer_then()
    {
        var pair = new TestPair(offersA: Aes, offersB: Aes).Connect();
        pair.B.Tunnel.Offers = Capabilities.None;
        Assert.Equal(Cipher.Aes256Gcm, pair.PeerA.Cipher);
        pair.Skip(Limits.RejectAfterTime);
        pair.A.Send(pair.B, pair.Now, id: 1);
        pair.Exchange();
        Assert.Equal((Cipher.ChaCha20Poly1305, Cipher.ChaCha20Poly1305), (pair.PeerA.Cipher, pair.PeerB.Cipher));
        Assert.Equal(1, pair.B.Ids.Single());
    }

    [Fact]
    public void Frames_keep_no_idle_session_alive()
    {
        var pair = new TestPair(offersA: Aes, offersB: Aes).Connect();
        pair.Run(TimeSpan.FromMinutes(20), exchanging: true);
        Assert.False(pair.PeerA.HasSession || pair.PeerB.HasSession);
        Assert.Equal((1L, 1L), (pair.PeerA.Handshakes, pair.PeerB.Handshakes));
    }

    [Fact]
    public void Marked_timestamps_keep_their_order()
    {
        var label = Tai64n.FromUnix(1_700_000_000_000_000_000);
        for (var i = 0; i < 1000; i++)
        {
            var next = Tai64n.After(label, 0);
            Assert.True(TimestampMark.On(next) > TimestampMark.On(label) && next > TimestampMark.On(label));
            Assert.True(TimestampMark.IsOn(TimestampMark.On(next)) && !TimestampMark.IsOn(next));
            Assert.InRange(TimestampMark.On(next).Nanoseconds, 0U, 999_999_999U);
            Assert.Equal(TimestampMark.On(next), TimestampMark.On(TimestampMark.On(next)));
            label = next;
        }
    }

    [Theory]
    [InlineData(0x484601U, true)]
    [InlineData(0x48460FU, true)] // a later version
    [InlineData(0x484600U, false)]
    [InlineData(0x484610U, false)]
    [InlineData(0x484701U, false)]
    [InlineData(0U, false)]
    public void A_mark_is_the_magic_and_a_version(uint bits, bool isMark) =>
        Assert.Equal(isMark, TimestampMark.IsOn(new Tai64n(1, (7U << 24) | bits)));

    /// <summary>A session that A began and B confirmed; B's hello is still under way.</summary>
    private static TestPair Confirmed()
    {
        var pair = new TestPair(offersA: Aes, offersB: Aes);
        pair.A.Tunnel.Greet(pair.PeerB, pair.Now);
        pair.B.Take(pair.A.TakeOut(), pair.Now);
        pair.A.Take(pair.B.TakeOut(), pair.Now);
        pair.B.Take(pair.A.TakeOut(), pair.Now);
        Assert.Single(pair.B.Out);
        return pair;
    }

    private static uint ReceiverOf(TestDatagram datagram) => BitConverter.ToUInt32(datagram.Bytes, Message.TransportReceiver);

    private static ulong CounterOf(TestDatagram datagram) => BitConverter.ToUInt64(datagram.Bytes, Message.TransportCounter);
}
