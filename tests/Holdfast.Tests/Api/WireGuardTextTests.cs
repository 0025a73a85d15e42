using System.Net;
using System.Text;
using Holdfast.Crypto;
using Holdfast.Engine.Api;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Api;

public sealed class WireGuardTextTests
{
    [Fact]
    public void An_empty_tunnel_has_a_port() => Assert.Equal("listen_port=51820\n", Text(NewTunnel(), 51820, 0));

    // The order and the spelling are those that wireguard-go 0.0.20220316 answers with.
    [Fact]
    public void All_fields_stand_in_wireguard_gos_order()
    {
        using var tunnel = NewTunnel();
        tunnel.SetPrivateKey(new Secret(Enumerable.Repeat((byte)0xff, 32).ToArray()));
        var peer = tunnel.AddPeer(new PublicKey(Enumerable.Repeat((byte)0x11, 32).ToArray()));
        peer.SetEndpoint(Endpoint.From(IPEndPoint.Parse("[::ffff:1.2.3.4]:0")));
        tunnel.AllowedIps.Set(IPNetwork.Parse("fd07::/64"), peer);
        tunnel.AllowedIps.Set(IPNetwork.Parse("0.0.0.0/0"), peer);
        var other = tunnel.AddPeer(new PublicKey(new byte[32]));
        other.SetPresharedKey(new Secret(Enumerable.Repeat((byte)0xa5, 32).ToArray()));
        other.SetEndpoint(Endpoint.From(IPEndPoint.Parse("[2001:db8::1]:51820")));
        tunnel.SetPersistentKeepalive(other, 25, default);
        Fill(other);
        Assert.Equal("""
            private_key=f8ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
            listen_port=53
            fwmark=16
            public_key=1111111111111111111111111111111111111111111111111111111111111111
            preshared_key=0000000000000000000000000000000000000000000000000000000000000000
            protocol_version=1
            endpoint=1.2.3.4:0
            last_handshake_time_sec=0
            last_handshake_time_nsec=0
            tx_bytes=0
            rx_bytes=0
            persistent_keepalive_interval=0
            allowed_ip=fd07::/64
            allowed_ip=0.0.0.0/0
            public_key=0000000000000000000000000000000000000000000000000000000000000000
            preshared_key=a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5
            protocol_version=1
            endpoint=[2001:db8::1]:51820
            last_handshake_time_sec=1700000000
            last_handshake_time_nsec=123456789
            tx_bytes=9223372036854775807
            rx_bytes=184
            persistent_keepalive_interval=25

            """, Text(tunnel, 53, 16));
    }

    [Fact]
    public void The_buffer_zeroes_what_it_held()
    {
        var buffer = new KeyBuffer();
        buffer.AppendHex(new byte[32]);
        for (var i = 0; i < 10_000; i++) buffer.Append(i);
        var held = buffer.Written.ToArray();
        Assert.True(held.Length > 1, "one piece says nothing about the others");
        Assert.Equal(new string('0', 64) + string.Concat(Enumerable.Range(0, 10_000)), Text(buffer));
        buffer.Dispose();
        Assert.All(held, piece => Assert.False(piece.Span.ContainsAnyExcept((byte)0)));
    }

    private static void Fill(Peer peer)
    {
        peer.LastHandshakeUnixNanoseconds = 1_700_000_000_123_456_789;
        (peer.SentBytes, peer.ReceivedBytes) = (long.MaxValue, 184);
    }

    private static string Text(Tunnel tunnel, ushort port, uint mark)
    {
        using var buffer = new KeyBuffer();
        WireGuardText.Write(tunnel, port, mark, buffer);
        foreach (var peer in tunnel.Peers) WireGuardText.Write(peer, buffer);
        return Text(buffer);
    }

    private static string Text(KeyBuffer buffer) =>
        string.Concat(buffer.Written.Select(piece => Encoding.ASCII.GetString(piece.Span)));

    private static Tunnel NewTunnel() => new(new SimRandom(1), new Nowhere(), new Nowhere(), new Nowhere());

    private sealed class Nowhere : IDatagramSink, IPacketSink, ITunnelEvents
    {
        public Span<byte> Reserve(in Endpoint to, in LocalAddress from, int size) => new byte[size];

        public void Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn)
        {
        }

        public Span<byte> Reserve(int size) => new byte[size];

        public void Commit(int length, Peer? from)
        {
        }

        public void SessionEstablished(Peer peer)
        {
        }

        public void EndpointChanged(Peer peer)
        {
        }

        public void HandshakeUnanswered(Peer peer)
        {
        }

        public void HandshakeGivenUp(Peer peer)
        {
        }
    }
}
