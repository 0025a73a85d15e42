using System.Net;
using Holdfast.Crypto;
using Holdfast.Protocol.Peers;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

public sealed class AllowedIpsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_agrees_with_a_plain_list(bool v4)
    {
        for (var seed = 1UL; seed <= 40; seed++)
        {
            var random = new SimRandom(seed);
            var table = new AllowedIps();
            var list = new Dictionary<IPNetwork, Peer>();
            var peers = Enumerable.Range(0, 5).Select(_ => NewPeer(random)).ToArray();
            for (var i = 0; i < 300; i++)
            {
                var prefix = RandomPrefix(random, v4);
                var peer = peers[random.Next(peers.Length)];
                switch (random.Next(8))
                {
                    case 0:
                        var victim = list.Count == 0 ? prefix : list.Keys.ElementAt(random.Next(list.Count));
                        if (list.GetValueOrDefault(victim) == peer) list.Remove(victim);
                        table.Remove(victim, peer);
                        break;
                    case 1 when random.Chance(.1):
                        table.RemoveAll(peer);
                        foreach (var gone in list.Where(e => e.Value == peer).ToArray()) list.Remove(gone.Key);
                        break;
                    default:
                        table.Set(prefix, peer);
                        list[prefix] = peer;
                        break;
                }
                for (var probe = 0; probe < 10; probe++)
                {
                    var address = RandomAddress(random, v4);
                    var expected = list.Where(e => e.Key.Contains(address))
                        .OrderByDescending(e => e.Key.PrefixLength).Select(e => e.Value).FirstOrDefault();
                    Assert.True(expected == table.Find(address), $"seed {seed}: {address} after {i} changes");
                }
            }
            foreach (var peer in peers)
                Assert.Equal(list.Where(e => e.Value == peer).Select(e => e.Key).ToHashSet(), [.. peer.AllowedIps]);
        }
    }

    [Fact]
    public void A_default_route_takes_what_is_left()
    {
        var random = new SimRandom(1);
        var table = new AllowedIps();
        var (all, some) = (NewPeer(random), NewPeer(random));
        table.Set(IPNetwork.Parse("0.0.0.0/0"), all);
        table.Set(IPNetwork.Parse("::/0"), all);
        table.Set(IPNetwork.Parse("10.0.0.0/8"), some);
        table.Set(IPNetwork.Parse("255.255.255.255/32"), some);
        Assert.Equal(some, table.Find(IPAddress.Parse("10.1.2.3")));
        Assert.Equal(some, table.Find(IPAddress.Parse("255.255.255.255")));
        Assert.Equal(all, table.Find(IPAddress.Parse("11.1.2.3")));
        Assert.Equal(all, table.Find(IPAddress.Parse("2001:db8::1")));
    }

    private static Peer NewPeer(SimRandom random)
    {
        var key = new byte[32];
        random.Fill(key);
        return new Peer(new PublicKey(key), new StagedPackets.Budget(0));
    }

    // Few distinct bits, so that prefixes meet often.
    private static IPAddress RandomAddress(SimRandom random, bool v4)
    {
        var bytes = new byte[v4 ? 4 : 16];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(random.Chance(.5) ? 0 : random.Next(4) * 0x55);
        if (!v4) bytes[0] |= 1; // no IPv4-mapped addresses, which the framework's networks take for IPv4
        return new IPAddress(bytes);
    }

    private static IPNetwork RandomPrefix(SimRandom random, bool v4)
    {
        var length = random.Next((v4 ? 32 : 128) + 1);
        var bytes = RandomAddress(random, v4).GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }
}
