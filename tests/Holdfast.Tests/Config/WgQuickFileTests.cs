using System.Net;
using Holdfast.Engine.Config;

namespace Holdfast.Tests.Config;

public sealed class WgQuickFileTests
{
    private const string RoadWarrior = $"""
        # provider: somewhere
        [Interface]
        PrivateKey = {TestKeys.A}
        Address = 10.64.12.7/32,fc00:bbbb:bbbb:bb01::1:c06/128
        DNS = 10.64.0.1, vpn.example.org corp.example.org  # theirs

        [Peer]
        PublicKey = {TestKeys.B}
        AllowedIPs = 0.0.0.0/0,::0/0
        Endpoint = 203.0.113.9:51820
        """;

    private const string Server = $"""
        [interface]
          address=10.7.0.1/24
          Address = fd07::1/64
        listenport=51820
        FWMARK = 0xca6c
        PRIVATEKEY={TestKeys.A}
        MTU = 1380
        Table = main
        saveconfig = TRUE
        PostUp = iptables -A FORWARD -i %i -j ACCEPT; iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
        PostUp = echo "second = command"
        PreDown = true
        PostDown=iptables -D FORWARD -i %i -j ACCEPT #and the rest
        PreUp =

        [peer]
        # phone
        publickey = {TestKeys.B}
        PresharedKey = {TestKeys.C}
        AllowedIPs = 10.7.0.2/32
        AllowedIPs = fd07::2, 10.7.0.2
        PersistentKeepalive = off
        [Peer]
        PublicKey={TestKeys.C}
        AllowedIPs =
        Endpoint = [2001:db8::5]:51821
        PersistentKeepalive = 25
        """;

    private const string KeyByCommand = """
        [Interface]
        Address = 192.168.9.1
        PostUp = wg set %i private-key /etc/wireguard/%i.key
        FwMark = off
        ListenPort = 0
        Table = off
        """;

    [Fact]
    public void A_providers_file_is_taken()
    {
        var config = Parsed(RoadWarrior);
        Assert.Equal("wg0", config.Name);
        Assert.Equal(TestKeys.A, config.PrivateKey!.ToBase64());
        Assert.Equal("[10.64.12.7/32, fc00:bbbb:bbbb:bb01::1:c06/128]", config.Addresses.ToString());
        Assert.Equal([IPAddress.Parse("10.64.0.1")], config.DnsServers);
        Assert.Equal(["vpn.example.org", "corp.example.org"], config.DnsSearch);
        var peer = Assert.Single(config.Peers);
        Assert.Equal("[0.0.0.0/0, ::/0]", peer.AllowedIps.ToString());
        Assert.Equal(new EndpointSpec("203.0.113.9", 51820, IPAddress.Parse("203.0.113.9")), peer.Endpoints[0]);
        Assert.Null(config.ListenPort);
        Assert.Equal(TableChoice.Auto, config.Table);
    }

    [Fact]
    public void A_servers_file_in_any_case_is_taken()
    {
        var config = Parsed(Server);
        Assert.Equal("[10.7.0.1/24, fd07::1/64]", config.Addresses.ToString());
        Assert.Equal(((ushort?)51820, (uint?)0xca6c, (int?)1380), (config.ListenPort, config.FwMark, config.Mtu));
        Assert.Equal(TableChoice.Given(254), config.Table);
        Assert.True(config.SaveConfig);
        Assert.Equal("echo \"second = command\"", config.PostUp[1]);
        Assert.Equal(["iptables -D FORWARD -i %i -j ACCEPT"], config.PostDown);
        Assert.Empty(config.PreUp);
        Assert.Equal("[10.7.0.2/32, fd07::2/128]", config.Peers[0].AllowedIps.ToString());
        Assert.Equal(TestKeys.C, config.Peers[0].PresharedKey!.ToBase64());
        Assert.Null(config.Peers[0].PersistentKeepalive);
        Assert.Empty(config.Peers[1].AllowedIps);
        Assert.Equal("[2001:db8::5]:51821", config.Peers[1].Endpoints[0].ToString());
        Assert.Equal((ushort?)25, config.Peers[1].PersistentKeepalive);
    }

    [Fact]
    public void A_file_that_leaves_the_key_to_a_command_is_taken()
    {
        var config = Parsed(KeyByCommand);
        Assert.Null(config.PrivateKey);
        Assert.Null(config.FwMark);
        Assert.Null(config.ListenPort);
        Assert.Equal("[192.168.9.1/32]", config.Addresses.ToString());
        Assert.Equal(TableChoice.Off, config.Table);
    }

    [Theory]
    [InlineData("example.org:51820", "example.org", null)]
    [InlineData("[fd00::1]:51820", "fd00::1", "fd00::1")]
    [InlineData("fd00::1:51820", "fd00::1", "fd00::1")]
    [InlineData("[fe80::1%eth0]:51820", "fe80::1%eth0", null)]
    [InlineData("[192.0.2.1]:51820", "192.0.2.1", "192.0.2.1")]
    [InlineData("192 .0.2.1 : 51820", "192.0.2.1", "192.0.2.1")]
    public void Every_form_of_endpoint_is_taken(string text, string host, string? address)
    {
        var endpoint = Parsed($"[Peer]\nPublicKey={TestKeys.A}\nEndpoint = {text}").Peers[0].Endpoints[0];
        Assert.Equal(new EndpointSpec(host, 51820, address is null ? null : IPAddress.Parse(address)), endpoint);
    }

    [Fact]
    public void Tables_may_be_named()
    {
        var names = RouteTableNames.Parse("# comment\n200 vpn\n0x10\thex # more\n\n077 dec\nbroken\n9 late\n")
            .With("201 vpn more\n30 40\n");
        foreach (var (text, number) in new (string, uint)[] { ("vpn", 201), ("dec", 77), ("40", 30), ("41", 41), ("0X1F", 31), ("017", 15) })
        {
            Assert.Equal(TableChoice.Given(number), WgQuickFile.Parse("a.conf", $"[Interface]\nTable={text}", names)
                .Value!.Table);
        }
        Assert.Null(WgQuickFile.Parse("a.conf", "[Interface]\nTable=late", names).Value);
        Assert.Equal(TableChoice.Given(16), WgQuickFile.Parse("a.conf", "[Interface]\nTable=hex", names).Value!.Table);
        Assert.Equal(TableChoice.Given(255), WgQuickFile.Parse("a.conf", "[Interface]\nTable=local", names)
            .Value!.Table);
    }

    [Theory]
    [InlineData("10.7.0.2/255.255.255.0", "10.7.0.2/24")]
    [InlineData("10.7.0.2/0.0.0.0", "10.7.0.2/0")]
    [InlineData("10.7.0.2/255.255.255.255", "10.7.0.2/32")]
    [InlineData("10.7.0.2", "10.7.0.2/32")]
    [InlineData("fd07::2", "fd07::2/128")]
    [InlineData("10.7.0.2/024", "10.7.0.2/24")]
    public void Every_form_of_address_is_taken(string text, string address) =>
        Assert.Equal(address, Parsed($"[Interface]\nAddress = {text}").Addresses[0].ToString());

    [Fact]
    public void Words_of_dns_that_are_no_addresses_are_search_domains()
    {
        var config = Parsed("[Interface]\nDNS = 10.0.0.1, corp.example,fd07::1 lan\nDNS = 9x.example");
        Assert.Equal(["10.0.0.1", "fd07::1"], config.DnsServers.Select(s => s.ToString()));
        Assert.Equal(["corp.example", "lan", "9x.example"], config.DnsSearch);
    }

    [Fact]
    public void Ten_thousand_peers_fit()
    {
        var random = new Random(1);
        var text = new System.Text.StringBuilder("[Interface]\n");
        for (int i = 0; i < 10_000; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"[Peer]\nPublicKey={TestKeys.Random(random)}\nAllowedIPs=10.{i >> 8}.{i & 255}.0/24\n");
        }
        Assert.Equal(10_000, Parsed(text.ToString()).Peers.Count);
    }

    [Fact]
    public void What_is_printed_reads_back_the_same()
    {
        int seed = Environment.TickCount;
        for (int i = 0; i < 500; i++, seed++)
        {
            var config = RandomConfig.Make(new Random(seed));
            string text = WgQuickFile.Print(config);
            var result = WgQuickFile.Parse(config.Name + ".conf", text);
            Assert.True(config.Equals(result.Value), $"seed {seed}: {string.Join('\n', result.Errors)}\n{text}");
            Assert.Equal(text, WgQuickFile.Print(result.Value!));
        }
    }

    [Fact]
    public void Printing_can_hide_keys()
    {
        string text = WgQuickFile.Print(Parsed(Server), hideKeys: true);
        Assert.DoesNotContain(TestKeys.A, text, StringComparison.Ordinal);
        Assert.Contains("PrivateKey = (hidden)\n", text, StringComparison.Ordinal);
        Assert.Contains("PresharedKey = (hidden)\n", text, StringComparison.Ordinal);
        Assert.Contains($"PublicKey = {TestKeys.C}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(TestKeys.A, Parsed(Server).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Configurations_compare_by_value_keys_included()
    {
        Assert.Equal(Parsed(Server), Parsed(Server));
        Assert.NotEqual(Parsed(Server), Parsed(Server.Replace(TestKeys.A, TestKeys.C, StringComparison.Ordinal)));
        Assert.NotEqual(Parsed(Server), Parsed(Server.Replace("10.7.0.2", "10.7.0.3", StringComparison.Ordinal)));
    }

    private static TunnelConfig Parsed(string text)
    {
        var result = WgQuickFile.Parse("/etc/wireguard/wg0.conf", text);
        Assert.Equal([], result.Errors);
        return result.Value!;
    }
}
