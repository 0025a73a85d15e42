using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol;

/// <summary>A tunnel that gets more handshakes than it wants to work on.</summary>
public sealed class CookieTests
{
    private readonly TestPair _pair = new();

    [Fact]
    public void A_peer_gets_a_cookie_uses_it_and_has_its_session()
    {
        _pair.A.Tunnel.Greet(_pair.PeerB, _pair.Now);
        Overload();
        Assert.Equal(Drop.CookieNeeded, _pair.B.Take(_pair.A.TakeOut(), _pair.Now));
        Assert.Null(_pair.PeerA.Next);
        Assert.Equal(Drop.None, _pair.A.Take(_pair.B.TakeOut(), _pair.Now));

        Retry();
        Assert.Contains(_pair.A.Out[0].Bytes[^16..], b => b != 0);
        Overload();
        _pair.Exchange();
        Assert.True(_pair.PeerB.HasSession && _pair.PeerA.HasSession);
    }

    [Fact]
    public void A_response_needs_a_cookie_too()
    {
        _pair.A.Tunnel.Greet(_pair.PeerB, _pair.Now);
        _pair.B.Take(_pair.A.TakeOut(), _pair.Now);
        var response = _pair.B.TakeOut();
        Overload(_pair.A, _pair.B);
        Assert.Equal(Drop.CookieNeeded, _pair.A.Take(response, _pair.Now));
        Assert.Equal(Drop.None, _pair.B.Take(_pair.A.TakeOut(), _pair.Now));
        Assert.False(_pair.PeerB.HasSession);
    }

    [Fact]
    public void A_cookie_is_good_for_its_address_alone()
    {
        TakeCookie();
        Retry();
        Overload();
        var initiation = _pair.A.TakeOut();
        var elsewhere = initiation.From with { Port = 1 };
        Assert.Equal(Drop.CookieNeeded, _pair.B.Take(initiation with { From = elsewhere }, _pair.Now));
        Assert.Equal(Drop.CookieNeeded, _pair.B.Take(initiation.Flipped((132 * 8) + 3), _pair.Now)); // in mac2
        Assert.Equal(Drop.None, _pair.B.Take(initiation, _pair.Now));
    }

    [Fact]
    public void A_cookie_is_not_sent_in_its_last_5_seconds_nor_accepted_after_120()
    {
        TakeCookie();
        _pair.Skip(TimeSpan.FromSeconds(115 - 6) - TimeSpan.FromTicks(1));
        Retry(); // 6 s later
        var initiation = _pair.A.TakeOut();
        Assert.Contains(initiation.Bytes[^16..], b => b != 0);
        _pair.Skip(TimeSpan.FromSeconds(5) + TimeSpan.FromTicks(1));
        Overload();
        Assert.Equal(Drop.CookieNeeded, _pair.B.Take(initiation, _pair.Now));
        Retry();
        Assert.DoesNotContain(_pair.A.TakeOut().Bytes[^16..], b => b != 0);
    }

    [Fact]
    public void A_cookie_that_was_not_asked_for_is_refused()
    {
        _pair.A.Tunnel.Greet(_pair.PeerB, _pair.Now);
        Overload();
        _pair.B.Take(_pair.A.TakeOut(), _pair.Now);
        var reply = _pair.B.TakeOut();
        for (var bit = 8 * 8; bit < 64 * 8; bit++)
            Assert.Equal(Drop.Forged, _pair.A.Take(reply.Flipped(bit), _pair.Now));
        Assert.Equal(Drop.None, _pair.A.Take(reply, _pair.Now));
        Assert.Equal(Drop.UnexpectedResponse, _pair.A.Take(reply, _pair.Now)); // one for each message
        Retry();
        var index = _pair.A.TakeOut().Bytes[4..8];
        index.CopyTo(reply.Bytes, 4);
        Assert.Equal(Drop.Forged, _pair.A.Take(reply, _pair.Now)); // it answers an earlier message
    }

    [Fact]
    public void A_reply_is_smaller_than_what_caused_it()
    {
        _pair.A.Tunnel.Greet(_pair.PeerB, _pair.Now);
        _pair.B.Take(_pair.A.Out[0], _pair.Now);
        var response = _pair.B.TakeOut();
        Overload();
        _pair.B.Take(_pair.A.Out[0], _pair.Now);
        Assert.True(_pair.B.Out.Single().Bytes.Length < response.Bytes.Length);
        Assert.Equal(_pair.A.Address, _pair.B.Out[0].To);
    }

    [Fact]
    public void Beyond_the_replies_of_a_second_only_a_cookie_is_heard()
    {
        TakeCookie();
        Retry();
        var known = _pair.A.TakeOut();
        Overload();
        var stranger = known with { Bytes = [.. known.Bytes[..^16], .. new byte[16]] };
        var drops = Enumerable.Range(0, 2 * Limits.CookieRepliesPerSecond).Select(_ => _pair.B.Take(stranger, _pair.Now))
            .ToArray();
        Assert.InRange(drops.Count(d => d == Drop.CookieNeeded), 1, Limits.CookieRepliesPerSecond);
        Assert.Equal(Drop.RateLimited, drops[^1]);
        Assert.Equal(Drop.RateLimited, _pair.B.Take(stranger.Flipped(200), _pair.Now)); // not even its MAC is looked at
        Assert.Equal(Drop.None, _pair.B.Take(known, _pair.Now));
        _pair.Skip(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Drop.CookieNeeded, _pair.B.Take(stranger, _pair.Now));
    }

    [Fact]
    public void One_source_with_a_cookie_is_held_to_its_rate()
    {
        TakeCookie();
        Retry();
        Overload();
        var initiation = _pair.A.TakeOut();
        var drops = Enumerable.Range(0, 10).Select(_ => _pair.B.Take(initiation, _pair.Now)).ToArray();
        Assert.Equal(Drop.None, drops[0]);
        Assert.All(drops[1..Limits.SourceHandshakeBurst], d => Assert.Equal(Drop.StaleTimestamp, d));
        Assert.All(drops[Limits.SourceHandshakeBurst..], d => Assert.Equal(Drop.RateLimited, d));
        _pair.Skip(TimeSpan.FromMilliseconds(50)); // one of 20 a second
        Assert.Equal(Drop.StaleTimestamp, _pair.B.Take(initiation, _pair.Now));
        Assert.Equal(Drop.RateLimited, _pair.B.Take(initiation, _pair.Now));
    }

    [Fact]
    public void A_tunnel_is_not_under_load_a_second_after_the_flood()
    {
        _pair.A.Tunnel.Greet(_pair.PeerB, _pair.Now);
        Overload();
        Assert.Equal(Drop.CookieNeeded, _pair.B.Take(_pair.A.Out[0], _pair.Now));
        _pair.Skip(TimeSpan.FromSeconds(1));
        Assert.Equal(Drop.None, _pair.B.Take(_pair.A.Out[0], _pair.Now));
    }

    [Fact]
    public void A_hundred_thousand_forged_sources_cost_no_memory()
    {
        _pair.A.Tunnel.Greet(_pair.PeerB, _pair.Now);
        var initiation = _pair.A.TakeOut();
        var sink = new CountingSink();
        var tunnel = new Tunnel(_pair.B.Random, sink, sink, _pair.B);
        tunnel.SetPrivateKey(_pair.B.Tunnel.Identity!.PrivateKey.Copy());
        tunnel.AddPeer(_pair.A.Key);
        Flood(tunnel, initiation, 1000);
        var (indices, sent) = (tunnel.Indices, sink.Datagrams);

        Assert.Equal(0, Allocated.By(() =>
        {
            sent = sink.Datagrams;
            Flood(tunnel, initiation, 100_000);
        }));
        Assert.Equal(indices, tunnel.Indices);
        Assert.InRange(sink.Datagrams - sent, 1, Limits.CookieRepliesPerSecond + 1); // it takes a second of the clock
        tunnel.Dispose();
    }

    private void Flood(Tunnel tunnel, TestDatagram datagram, uint sources)
    {
        for (var i = 0U; i < sources; i++)
        {
            var from = datagram.From with { Address = new AddressBits((ulong)(0xCB007100 + i) << 32, 0), Port = (ushort)i };
            tunnel.HandleDatagram(datagram.Bytes, from, default, _pair.Now);
            if (i % 100 == 0) _pair.Skip(TimeSpan.FromMilliseconds(1));
        }
    }

    private void TakeCookie()
    {
        _pair.A.Tunnel.Greet(_pair.PeerB, _pair.Now);
        Overload();
        _pair.B.Take(_pair.A.TakeOut(), _pair.Now);
        Assert.Equal(Drop.None, _pair.A.Take(_pair.B.TakeOut(), _pair.Now));
    }

    private void Retry()
    {
        _pair.Skip(TimeSpan.FromSeconds(6));
        _pair.A.Tunnel.HandleTimeouts(_pair.Now);
        Assert.Equal(Message.Initiation, _pair.A.Out.Single().Type);
    }

    private void Overload() => Overload(_pair.B, _pair.A);

    /// <summary>Initiations by somebody who knows the key, but is no peer, until cookies are asked for.</summary>
    private void Overload(TestEnd end, TestEnd other)
    {
        var stranger = new TestEnd(9, other.Random) { Address = End(77) };
        stranger.Tunnel.Greet(stranger.Add(end), _pair.Now);
        var initiation = stranger.TakeOut();
        for (var i = 0; i < 1000 && end.Take(initiation, _pair.Now) != Drop.CookieNeeded; i++) end.Out.Clear();
        end.Out.Clear();
    }

    private static Endpoint End(byte host) =>
        Endpoint.From(new IPEndPoint(new IPAddress([198, 51, 100, host]), 1000));
}
