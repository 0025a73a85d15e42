using System.Net;
using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol;

/// <summary>
/// What the network may throw at a tunnel that has a session: each is dropped under its name, allocates nothing and
/// changes nothing.
/// </summary>
public sealed class HostileDatagramTests
{
    private static readonly Endpoint Attacker = Endpoint.From(IPEndPoint.Parse("203.0.113.66:6666"));

    private readonly TestPair _pair = new TestPair(presharedKey: true).Connect();
    private readonly TestDatagram _data;
    private readonly TestDatagram _initiation;
    private readonly TestDatagram _response; // to an initiation of B's
    private readonly TestDatagram _cookie; // for B

    public HostileDatagramTests()
    {
        _pair.Run(TimeSpan.FromSeconds(6));
        _pair.PeerA.Count(Drop.None); // the table of a peer's drops is made at its first
        _pair.PeerB.Count(Drop.None);
        _pair.A.Send(_pair.B, _pair.Now, size: 90);
        _data = _pair.A.TakeOut();
        _pair.A.Tunnel.SetPersistentKeepalive(_pair.PeerB, 0, _pair.Now);
        var twin = new TestPair(presharedKey: true); // the same keys, another session
        twin.WallOffset = 10_000_000_000;
        twin.A.Tunnel.Greet(twin.PeerB, twin.Now);
        _initiation = twin.A.TakeOut();
        twin.B.Take(_initiation, twin.Now);
        _response = twin.B.TakeOut();
        _cookie = _data with { Bytes = new byte[Message.CookieReplyBytes] };
        _cookie.Bytes[0] = 3;
        BitConverter.TryWriteBytes(_cookie.Bytes.AsSpan(4), _pair.PeerA.Current!.LocalIndex);
    }

    [Fact]
    public void Data_with_any_bit_turned()
    {
        for (var bit = 0; bit < _data.Bytes.Length * 8; bit++)
        {
            var expected = bit switch
            {
                < 32 => Drop.Malformed,
                < 64 => Drop.UnknownReceiver,
                64 => Drop.Replayed, // of 1 it makes 0
                < 128 when Counter(bit) >= Limits.RejectAfterMessages => Drop.KeyExpired,
                _ => Drop.Forged,
            };
            Refuses(expected, _data.Flipped(bit));
        }
        TakesStill();
    }

    [Fact]
    public void Data_replayed()
    {
        Assert.Equal(Drop.None, _pair.B.Take(_data, _pair.Now));
        Refuses(Drop.Replayed, _data);
        Refuses(Drop.Replayed, _data with { From = Attacker });
    }

    [Fact]
    public void Data_cut_off_anywhere_or_longer()
    {
        for (var length = 0; length < _data.Bytes.Length; length++)
            Refuses(length < 32 ? Drop.Malformed : Drop.Forged, _data with { Bytes = _data.Bytes[..length] });
        Refuses(Drop.Forged, _data with { Bytes = [.. _data.Bytes, 0] });
        Refuses(Drop.Forged, _data with { Bytes = [.. _data.Bytes, .. new byte[65507 - _data.Bytes.Length]] });
        TakesStill();
    }

    [Fact]
    public void Everything_reflected()
    {
        foreach (var own in new[] { _data, _initiation })
        {
            var name = own == _initiation ? Drop.BadMac : Drop.UnknownReceiver;
            Refuses(name, own with { From = _pair.B.Address }, _pair.A);
        }
        Refuses(Drop.BadMac, _response with { From = _pair.A.Address });
    }

    [Fact]
    public void Handshakes_with_any_bit_turned()
    {
        foreach (var message in new[] { _initiation, _response })
        {
            var mac = (message.Bytes.Length - 32) * 8;
            for (var bit = 0; bit < mac + 128; bit++)
                Refuses(bit < 32 ? Drop.Malformed : Drop.BadMac, message.Flipped(bit));
        }
    }

    [Fact]
    public void Handshakes_with_any_bit_turned_and_a_right_mac()
    {
        for (var bit = 32; bit < (_initiation.Bytes.Length - 32) * 8; bit++)
        {
            // The sender's index (bits 32 to 63) is covered by the MAC alone, which anybody can make.
            if (bit is >= 32 and < 64) continue;
            Refuses(Drop.Forged, WithMac(_initiation.Flipped(bit)));
        }
        for (var bit = 32; bit < (_response.Bytes.Length - 32) * 8; bit++)
        {
            // A has a keypair with this index, and no outstanding initiation.
            var expected = bit is >= 64 and < 96 ? Drop.UnknownReceiver : Drop.UnexpectedResponse;
            Refuses(expected, WithMac(_response.Flipped(bit), _pair.A.Key), _pair.A);
        }
    }

    [Fact]
    public void A_response_with_any_bit_turned_and_a_right_mac()
    {
        var pair = new TestPair();
        pair.A.Tunnel.Greet(pair.PeerB, pair.Now);
        pair.B.Take(pair.A.TakeOut(), pair.Now);
        var response = pair.B.TakeOut();
        for (var bit = 64; bit < (response.Bytes.Length - 32) * 8; bit++)
        {
            pair.Skip(TimeSpan.FromMilliseconds(4)); // below the load that calls for cookies
            var drop = pair.A.Take(WithMac(response.Flipped(bit), pair.A.Key), pair.Now);
            Assert.Equal(bit < 96 ? Drop.UnknownReceiver : Drop.Forged, drop);
        }
        Assert.Equal(Drop.None, pair.A.Take(response, pair.Now)); // the outstanding initiation is still there
        Assert.Equal(Drop.UnexpectedResponse, pair.A.Take(response, pair.Now));
    }

    [Fact]
    public void Handshakes_and_cookies_of_a_wrong_length()
    {
        foreach (var message in new[] { _initiation, _response, _cookie })
        {
            foreach (var length in new[] { 0, 1, 4, 31, 32, message.Bytes.Length - 1 })
                Refuses(Drop.Malformed, message with { Bytes = message.Bytes[..length] });
            Refuses(Drop.Malformed, message with { Bytes = [.. message.Bytes, 0] });
            Refuses(Drop.Malformed, message with { Bytes = [.. message.Bytes, .. new byte[60_000]] });
        }
    }

    [Fact]
    public void Initiations_replayed_or_by_strangers()
    {
        Assert.Equal(Drop.None, _pair.B.Take(_initiation, _pair.Now));
        _pair.B.Out.Clear();
        _pair.Skip(TimeSpan.FromSeconds(1));
        Refuses(Drop.StaleTimestamp, _initiation with { From = Attacker });
        var stranger = new TestEnd(7, _pair.A.Random);
        stranger.Tunnel.Greet(stranger.Add(_pair.B), _pair.Now);
        Refuses(Drop.UnknownPeer, stranger.TakeOut());
        Assert.Equal(Drop.BadMac, stranger.Take(_initiation, _pair.Now)); // for another
    }

    [Fact]
    public void A_cookie_that_nobody_asked_for()
    {
        Refuses(Drop.Forged, _cookie); // the response asked, so only its key tells
        BitConverter.TryWriteBytes(_cookie.Bytes.AsSpan(4), 12345);
        Refuses(Drop.UnknownReceiver, _cookie);
    }

    [Fact]
    public void Noise()
    {
        var random = new Sim.SimRandom(5);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = new byte[random.Next(300)];
            random.Fill(bytes);
            if (bytes.Length > 4) new byte[] { (byte)random.Next(6), 0, 0, 0 }.CopyTo(bytes, 0);
            var drop = _pair.B.Take(new TestDatagram(Attacker, _pair.B.Address, bytes), _pair.Now);
            Assert.Contains(drop, new[] { Drop.Malformed, Drop.BadMac, Drop.UnknownReceiver });
        }
        TakesStill();
    }

    /// <summary>The drop has its name and is counted once; no byte is allocated; nobody hears of it.</summary>
    private void Refuses(Drop expected, TestDatagram datagram, TestEnd? end = null)
    {
        end ??= _pair.B;
        _pair.Skip(TimeSpan.FromMilliseconds(4)); // below the load that calls for cookies
        var (named, all) = (end.Tunnel.Drops[expected], end.Tunnel.Drops.Total);
        var before = State(end);
        var now = _pair.Now;
        var drop = end.Take(datagram, now);
        var runs = 1;
        Assert.Equal(0, Allocated.By(() =>
        {
            end.Tunnel.HandleDatagram(datagram.Bytes, datagram.From, default, now);
            runs++;
        }));
        Assert.Equal(expected, drop);
        Assert.Equal((named + runs, all + runs), (end.Tunnel.Drops[expected], end.Tunnel.Drops.Total));
        Assert.Equal(before, State(end));
    }

    private static object State(TestEnd end)
    {
        var peer = end.Tunnel.Peers.Single();
        return (peer.Endpoint, peer.LocalAddress, peer.ReceivedBytes, peer.SentBytes, peer.Handshakes,
            (peer.Previous, peer.Current, peer.Next, peer.Initiation, peer.LatestTimestamp, peer.Timers),
            (end.Tunnel.Indices, end.Tunnel.NextTimeout, end.Out.Count, end.Packets.Count, end.Events.Count));
    }

    private void TakesStill() => Assert.Equal(Drop.None, _pair.B.Take(_data, _pair.Now));

    private ulong Counter(int bit) => BitConverter.ToUInt64(_data.Flipped(bit).Bytes, 8);

    private TestDatagram WithMac(TestDatagram datagram, PublicKey? key = null)
    {
        Span<byte> macKey = stackalloc byte[32];
        Blake2s.Hash(Identity.Mac1Label, (key ?? _pair.B.Key).Bytes, macKey);
        var bytes = datagram.Bytes;
        Blake2s.Mac(macKey, bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32, 16));
        return datagram;
    }
}
