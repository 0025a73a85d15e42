using System.Net;
using System.Reflection;
using System.Text;
using Holdfast.Engine.Api;
using Holdfast.Engine.DataPlane;
using Holdfast.Linux;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Api;

public sealed class WireGuardSetTests
{
    private static readonly string One = string.Concat(Enumerable.Repeat("11", 32));
    private static readonly string Two = string.Concat(Enumerable.Repeat("22", 32));
    private static readonly string Zero = new('0', 64);

    private static readonly string[] Whole =
    [
        $"private_key={One}", "listen_port=51820", "fwmark=4660", "replace_peers=true",
        $"public_key={Two}", "update_only=true", $"preshared_key={One}", "endpoint=192.0.2.1:7",
        "persistent_keepalive_interval=25",
        "replace_allowed_ips=true", "allowed_ip=10.0.0.7/24", "allowed_ip=-fd07::/64", "protocol_version=1",
        $"public_key={One}", "remove=true", "endpoint=[2001:db8::1]:65535",
    ];

    [Fact]
    public void Every_line_finds_its_place()
    {
        using var set = new WireGuardSet();
        foreach (var line in Whole.Where(l => l is not "replace_peers=true")) Assert.Equal(0, Read(set, line));
        var change = set.Take();
        using var privateKey = change.PrivateKey!;
        Assert.True(change.SetsPrivateKey);
        Assert.Equal(One, privateKey.ToHex());
        Assert.Equal((ushort)51820, change.ListenPort);
        Assert.Equal(4660u, change.FwMark);
        Assert.False(change.ReplacesPeers);

        var peer = change.Peers[0];
        using var presharedKey = peer.PresharedKey!;
        Assert.Equal(Two, peer.PublicKey.ToHex());
        Assert.Equal(One, presharedKey.ToHex());
        Assert.True(peer is { UpdateOnly: true, Removes: false, SetsPresharedKey: true, ReplacesAllowedIps: true });
        Assert.Equal("192.0.2.1:7", peer.Endpoint!.Value.ToString());
        Assert.Equal((ushort)25, peer.PersistentKeepalive);
        Assert.Equal(
            [new(IPNetwork.Parse("10.0.0.0/24")), new(IPNetwork.Parse("fd07::/64"), Removes: true)], peer.AllowedIps);

        var other = change.Peers[1];
        Assert.Equal(One, other.PublicKey.ToHex());
        Assert.True(other is { Removes: true, SetsPresharedKey: false, ReplacesAllowedIps: false });
        Assert.Null(other.PersistentKeepalive);
        Assert.Equal("[2001:db8::1]:65535", other.Endpoint!.Value.ToString());
    }

    [Fact]
    public void Nothing_said_is_nothing_changed()
    {
        using var set = new WireGuardSet();
        var change = set.Take();
        Assert.True(change is { SetsPrivateKey: false, PrivateKey: null, ListenPort: null, FwMark: null });
        Assert.False(change.ReplacesPeers);
        Assert.Empty(change.Peers);
    }

    [Fact]
    public void Zeros_are_no_key()
    {
        var change = Change($"private_key={Zero}", $"public_key={One}", $"preshared_key={Zero}");
        Assert.True(change is { SetsPrivateKey: true, PrivateKey: null });
        Assert.True(change.Peers[0] is { SetsPresharedKey: true, PresharedKey: null });
    }

    [Fact]
    public void When_all_peers_go_first_what_is_not_said_is_off()
    {
        var change = Change("replace_peers=true", $"public_key={One}", $"public_key={Two}", "update_only=true",
            $"public_key={One}", "update_only=true");
        Assert.True(change.ReplacesPeers);
        // The second can't be updated, because it has just gone; the third is the first once more.
        Assert.Equal([One, One], change.Peers.Select(p => p.PublicKey.ToHex()));
        Assert.True(change.Peers[0] is
        { SetsPresharedKey: true, PresharedKey: null, ReplacesAllowedIps: true, PersistentKeepalive: 0 });
        Assert.True(change.Peers[1] is { SetsPresharedKey: false, ReplacesAllowedIps: false });
        Assert.Null(change.Peers[1].PersistentKeepalive);
    }

    [Fact]
    public void Prefixes_before_their_replacement_do_not_count()
    {
        var change = Change($"public_key={One}", "allowed_ip=10.0.0.0/8", "replace_allowed_ips=true",
            "allowed_ip=::/0");
        Assert.Equal([new(IPNetwork.Parse("::/0"))], change.Peers[0].AllowedIps);
    }

    [Theory]
    [InlineData("listen_port=65536"), InlineData("listen_port=-1"), InlineData("listen_port=")]
    [InlineData("listen_port=+1")]
    [InlineData("listen_port= 1"), InlineData("listen_port=1\0"), InlineData("fwmark=0x10")]
    [InlineData("fwmark=4294967296")]
    [InlineData("replace_peers=false"), InlineData("replace_peers="), InlineData("private_key=00"), InlineData("=")]
    [InlineData("allowed_ip=10.0.0.0/8"), InlineData("protocol_version=1"), InlineData("Listen_port=1")]
    [InlineData("get=1")]
    public void A_wrong_line_of_the_device_is_invalid(string line) => Assert.Equal(Errno.EINVAL, Read(new(), line));

    [Theory]
    [InlineData("listen_port=1"), InlineData("remove=yes"), InlineData("update_only=1"), InlineData("preshared_key=1")]
    [InlineData("protocol_version=2"), InlineData("replace_allowed_ips=false"), InlineData("public_key=11")]
    [InlineData("persistent_keepalive_interval=off"), InlineData("persistent_keepalive_interval=65536")]
    [InlineData("endpoint=192.0.2.1"), InlineData("endpoint=192.0.2.1:"), InlineData("endpoint=:1")]
    [InlineData("endpoint=h:1")]
    [InlineData("endpoint=[192.0.2.1]:1"), InlineData("endpoint=::1:1"), InlineData("endpoint=[::1]:65536")]
    [InlineData("endpoint=[fe80::1%no-such-device]:1"), InlineData("endpoint=192.0.2.01:1")]
    [InlineData("endpoint=[::1]1")]
    [InlineData("allowed_ip=10.0.0.0"), InlineData("allowed_ip=10.0.0.0/33"), InlineData("allowed_ip=10.0.0/8")]
    [InlineData("allowed_ip=::/129"), InlineData("allowed_ip=--::/1"), InlineData("allowed_ip=")]
    [InlineData("allowed_ip=/")]
    [InlineData("allowed_ip=fe80::1%1/128"), InlineData("allowed_ip=10.0.0.0/-8")]
    [InlineData("allowed_ip=10.0.0.0/8\0")]
    public void A_wrong_line_of_a_peer_is_invalid(string line)
    {
        using var set = new WireGuardSet();
        Assert.Equal(0, Read(set, $"public_key={One}"));
        Assert.Equal(Errno.EINVAL, Read(set, line));
    }

    [Theory]
    [InlineData("listen_port"), InlineData("x"), InlineData("\0")]
    public void A_line_without_an_equals_sign_is_a_protocol_error(string line) =>
        Assert.Equal(Errno.EPROTO, Read(new(), line));

    [Fact]
    public void A_refused_request_zeroes_its_keys()
    {
        var set = new WireGuardSet();
        Read(set, $"private_key={One}");
        Read(set, $"public_key={One}");
        Read(set, $"preshared_key={Two}");
        Read(set, $"public_key={Two}");
        var change = Untaken(set);
        set.Dispose();
        Assert.Throws<ObjectDisposedException>(() => change.PrivateKey!.Bytes.Length);
        Assert.Throws<ObjectDisposedException>(() => change.Peers[0].PresharedKey!.Bytes.Length);
    }

    [Fact]
    public void Whatever_is_sent_gets_a_change_or_a_number()
    {
        var seed = (ulong)Random.Shared.NextInt64();
        var random = new SimRandom(seed);
        for (var round = 0; round < 20_000; round++)
        {
            using var set = new WireGuardSet();
            var error = 0;
            foreach (var line in Whole)
            {
                error = Assert.IsType<int>(set.Read(Mutate(Encoding.UTF8.GetBytes(line), random)));
                if (error != 0) break;
            }
            Assert.True(error is 0 or Errno.EINVAL or Errno.EPROTO, $"seed {seed}, round {round}: errno {error}");
            if (error == 0) Dispose(set.Take());
        }
    }

    private static byte[] Mutate(byte[] line, SimRandom random)
    {
        if (random.Chance(.8)) return line;
        var bytes = line.ToList();
        for (var edits = 1 + random.Next(3); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count + 1);
            var what = random.Next(4);
            if (what == 0 || at == bytes.Count) bytes.Insert(at, (byte)random.Next(256));
            else if (what == 1) bytes.RemoveAt(at);
            else if (what == 2) bytes[at] ^= (byte)(1 << random.Next(8));
            else bytes.InsertRange(at, bytes[at..]);
        }
        return [.. bytes];
    }

    private static int Read(WireGuardSet set, string line) => set.Read(Encoding.UTF8.GetBytes(line));

    private static DeviceChange Change(params string[] lines)
    {
        using var set = new WireGuardSet();
        foreach (var line in lines) Assert.Equal(0, Read(set, line));
        return set.Take();
    }

    /// <summary>What the request has read, as it stands inside it: the fields, without taking them.</summary>
    private static DeviceChange Untaken(WireGuardSet set)
    {
        object? Field(string name) =>
            typeof(WireGuardSet).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(set);
        return new DeviceChange
        {
            PrivateKey = (Holdfast.Crypto.Secret?)Field("_privateKey"),
            Peers = [.. (List<PeerDelta>)Field("_peers")!],
        };
    }

    private static void Dispose(DeviceChange change)
    {
        change.PrivateKey?.Dispose();
        foreach (var peer in change.Peers) peer.PresharedKey?.Dispose();
    }
}
