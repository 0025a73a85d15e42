using System.Net;
using Holdfast.Crypto;
using Holdfast.Engine.Config;

namespace Holdfast.Tests.Config;

/// <summary>Makes configurations from a seed; every part is left out now and then.</summary>
internal static class RandomConfig
{
    private static readonly string[] Commands =
        ["ip rule add from 10.0.0.0/8", "echo up %i; sleep 0", "iptables -A FORWARD -i %i -j ACCEPT", "a=b && c = d"];

    public static TunnelConfig Make(Random random, bool names = true)
    {
        Assert.True(Secret.TryParse(TestKeys.Random(random), out var key));
        var taken = new HashSet<IPNetwork>();
        return new()
        {
            Name = "wg" + random.Next(100),
            PrivateKey = Maybe(random) ? key : null,
            ListenPort = Maybe(random) ? (ushort)random.Next(1, 65536) : null,
            FwMark = Maybe(random) ? (uint)random.NextInt64(1, 1L << 32) : null,
            Addresses = [.. Many(random, 3, () => Address(random)).Distinct()],
            DnsServers = [.. Many(random, 2, () => Ip(random))],
            DnsSearch = [.. Many(random, 2, () => $"d{random.Next(50)}.example.org")],
            Mtu = Maybe(random) ? random.Next(68, 65536) : null,
            Table = random.Next(3) switch
            {
                0 => TableChoice.Auto,
                1 => TableChoice.Off,
                _ => TableChoice.Given((uint)random.NextInt64(1, 1L << 32)),
            },
            PreUp = Hooks(random),
            PostUp = Hooks(random),
            PreDown = Hooks(random),
            PostDown = Hooks(random),
            SaveConfig = Maybe(random),
            Peers = [.. Many(random, 5, () => Peer(random, names, taken))],
        };
    }

    public static PeerConfig Peer(Random random, bool names, HashSet<IPNetwork> taken)
    {
        Assert.True(PublicKey.TryParse(TestKeys.Random(random), out var key));
        Assert.True(Secret.TryParse(TestKeys.Random(random), out var preshared));
        return new()
        {
            PublicKey = key,
            PresharedKey = Maybe(random) ? preshared : null,
            AllowedIps = [.. Many(random, 4, () => Address(random).Network).Where(taken.Add)],
            Endpoints = [.. Many(random, 1, () => Endpoint(random, names))],
            PersistentKeepalive = Maybe(random) ? (ushort)random.Next(1, 65536) : null,
        };
    }

    public static InterfaceAddress Address(Random random)
    {
        var ip = Ip(random);
        return new(ip, (byte)random.Next(Prefix.Bits(ip.AddressFamily) + 1));
    }

    private static EndpointSpec Endpoint(Random random, bool names)
    {
        var port = (ushort)random.Next(1, 65536);
        if (names && Maybe(random)) return new($"host{random.Next(9)}.example.org", port, null);
        var ip = Ip(random);
        return new(ip.ToString(), port, ip);
    }

    private static IPAddress Ip(Random random)
    {
        var bytes = new byte[Maybe(random) ? 4 : 16];
        random.NextBytes(bytes);
        // Zeros in the middle make for the short forms of IPv6.
        if (bytes.Length == 16) bytes.AsSpan(random.Next(16)..).Clear();
        return new(bytes);
    }

    private static ValueList<string> Hooks(Random random)
        => [.. Many(random, 2, () => Commands[random.Next(Commands.Length)])];

    private static bool Maybe(Random random) => random.Next(2) == 0;

    private static List<T> Many<T>(Random random, int most, Func<T> make)
        => [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => make())];
}
