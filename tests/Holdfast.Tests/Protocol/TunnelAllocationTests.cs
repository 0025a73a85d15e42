using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>The packet path allocates nothing: 10,000 packets each way.</summary>
public sealed class TunnelAllocationTests
{
    [Theory]
    [InlineData(false, 60)]
    [InlineData(false, 1420)]
    [InlineData(false, 9000)]
    [InlineData(true, 60)]
    [InlineData(true, 1420)]
    [InlineData(true, Limits.PacketBytes)]
    [InlineData(false, 1420, Capabilities.Aes256Gcm)]
    [InlineData(true, Limits.PacketBytes, Capabilities.Aes256Gcm)]
    public void Packets_cost_no_memory(bool v6, int size, Capabilities offers = Capabilities.None)
    {
        var (toA, toB) = (new CountingSink(), new CountingSink());
        var random = new SimRandom(1);
        var pair = new TestPair();
        using var a = new Tunnel(random, toB, toA, pair.A) { Mtu = 65535, Offers = offers };
        using var b = new Tunnel(random, toA, toB, pair.B) { Mtu = 65535, Offers = offers };
        Connect(a, b, pair, toA, toB);
        Assert.Equal(offers == Capabilities.None ? Cipher.ChaCha20Poly1305 : Cipher.Aes256Gcm, a.Peers.Single().Cipher);
        var (forth, back) = (SimPacket.Between(1, 2, 1, size, v6), SimPacket.Between(2, 1, 1, size, v6));
        Pass(a, forth, b, toB, pair, 100);
        Pass(b, back, a, toA, pair, 100);

        var runs = 0;
        Assert.Equal(0, Allocated.By(() =>
        {
            Pass(a, forth, b, toB, pair, 10_000);
            Pass(b, back, a, toA, pair, 10_000);
            runs++;
        }));
        var passed = 100 + (10_000 * runs);
        Assert.Equal((passed, passed), (toA.Packets, toB.Packets));
        Assert.Equal(0, a.Drops.Total + b.Drops.Total);
    }

    private static void Connect(Tunnel a, Tunnel b, TestPair pair, CountingSink toA, CountingSink toB)
    {
        a.SetPrivateKey(pair.A.Tunnel.Identity!.PrivateKey.Copy());
        b.SetPrivateKey(pair.B.Tunnel.Identity!.PrivateKey.Copy());
        var (peerB, peerA) = (a.AddPeer(pair.B.Key), b.AddPeer(pair.A.Key));
        foreach (var prefix in pair.PeerB.AllowedIps) a.AllowedIps.Set(prefix, peerB);
        foreach (var prefix in pair.PeerA.AllowedIps) b.AllowedIps.Set(prefix, peerA);
        peerB.SetEndpoint(pair.B.Address);
        a.Greet(peerB, pair.Now);
        b.HandleDatagram(toB.Last, pair.A.Address, default, pair.Now);
        a.HandleDatagram(toA.Last, pair.B.Address, default, pair.Now);
        b.HandleDatagram(toB.Last, pair.A.Address, default, pair.Now);
        Assert.True(peerA.HasSession && peerB.HasSession);
        if (a.Offers == Capabilities.None) return;
        a.HandleDatagram(toA.Last, pair.B.Address, default, pair.Now); // hello, and its answer
        b.HandleDatagram(toB.Last, pair.A.Address, default, pair.Now);
    }

    // Five seconds of traffic with the timers served; the sinks keep only the last datagram, so keepalives get lost.
    private static void Pass(Tunnel from, byte[] packet, Tunnel to, CountingSink wire, TestPair pair, int count)
    {
        var source = from.Identity!.PublicKey.Equals(pair.A.Key) ? pair.A.Address : pair.B.Address;
        for (var i = 0; i < count; i++)
        {
            if (i % 100 == 0) pair.Skip(TimeSpan.FromMilliseconds(50));
            from.HandlePacket(packet, packet.Length - 15, pair.Now);
            to.HandleDatagram(wire.Last, source, default, pair.Now);
            from.HandleTimeouts(pair.Now);
            to.HandleTimeouts(pair.Now);
        }
    }
}
