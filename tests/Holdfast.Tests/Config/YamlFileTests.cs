using Holdfast.Engine.Config;

namespace Holdfast.Tests.Config;

public sealed class YamlFileTests
{
    private const string Good = $"""
        node: {"{name: site7}"}
        uplinks:
          - interface: wwan0
            weight: 50
            metered: true
            backup: false
          - {"{interface: eth1}"}
        tunnels:
          - name: hf0
            kind: wireguard
            device: tun
            private_key_file: hf0.key
            addresses: [10.7.0.2/24, "fd07::2/64"]
            listen: ["udp://:51820"]
            fwmark: 0x10
            cipher: auto
            mtu: 1380
            dns: [10.7.0.1]
            dns_search: [corp.example.org]
            table: off
            peers:
              - name: hub
                public_key: "{TestKeys.B}"
                preshared_key_file: /keys/hub.psk
                allowed_ips: [10.7.0.0/24, "fd07::/64"]
                endpoints: ["udp://203.0.113.5:51820", "[2001:db8::1]:1", "hub.example.org:51820"]
                keepalive: 25
                paths: failover
              - public_key: {TestKeys.C}
                preshared_key: {TestKeys.A}
          - name: hf1
            private_key: {TestKeys.A}
        """;

    private const string Head = $"tunnels:\n- name: a\n  private_key: {TestKeys.A}\n";
    private const string Peer = Head + $"  peers:\n  - public_key: {TestKeys.B}\n";

    public static TheoryData<string, string> Broken => new()
    {
        { "tunels: []", "1:1: unknown key 'tunels' in the file; did you mean tunnels?" },
        { "addresses: []", "1:1: unknown key 'addresses' in the file; it belongs into a tunnel" },
        { "zzzzzz: 1", "1:1: unknown key 'zzzzzz' in the file; remove it" },
        { "layers: []", "1:1: 'layers' is not supported by this version; remove it" },
        { "uplinks: eth0", "1:10: uplinks takes a list, not a single value; write uplinks: [FIRST, SECOND]" },
        { "uplinks: [eth0]", "1:11: an uplink is a group of keys, not a single value; write KEY: VALUE lines" },
        { "uplinks: [{weight: 1}]", "1:11: an uplink without interface; add interface: …" },
        { "uplinks: [{interfce: a, interface: a}]", "1:12: unknown key 'interfce' in an uplink; did you mean interface?" },
        { "uplinks: [{interface: a/b}]", "1:23: 'a/b' can't name an interface; use 1 to 15 of the characters a-z A-Z 0-9 _ = + . -" },
        { "uplinks: [{interface: a, weight: 0}]", "1:34: '0' is not a weight; write a number from 1 to 1000" },
        { "uplinks: [{interface: a, weight: 1001}]", "1:34: '1001' is not a weight; write a number from 1 to 1000" },
        { "uplinks: [{interface: a, metered: yes}]", "1:35: 'yes' is neither true nor false; write true or false" },
        { "uplinks: [{interface: a, layer: x}]", "1:26: 'layer' is not supported by this version; remove it" },
        { "uplinks:\n- interface: a\n- interface: b\n- interface: a", "4:3: the uplink of line 2 is a too; remove one of them" },
        { "uplinks: [{interface: a}]\n" + Head, "1:11: a is a tunnel of this file; name the interface below it, or remove it" },
        { "node: {web: x}", "1:8: 'web' is not supported by this version; remove it" },
        { "node: {name: a b}", "1:14: 'a b' can't be a name; use 1 to 64 letters, digits, dots, dashes, _ or @, "
            + "first a letter or digit" },
        { "node:", "1:6: node has no value; write one, or remove the key" },
        { "[]", "1:1: the file is a group of keys, not a list; write KEY: VALUE lines" },
        { "[a]: 1", "1:1: a list where a key belongs; write KEY: VALUE" },
        { "tunnels: {}", "1:10: tunnels takes a list, not a group of keys; write tunnels: [FIRST, SECOND]" },
        { "tunnels: [x]", "1:11: a tunnel is a group of keys, not a single value; write KEY: VALUE lines" },
        { $"tunnels:\n- private_key: {TestKeys.A}", "2:3: a tunnel without name; add name: …" },
        { "tunnels:\n- name: a", "2:3: a tunnel without a private key; add private_key_file: PATH" },
        { "tunnels: []\ntunnels: []", "2:1: tunnels stands in line 1 already; remove one" },
        { Head + "  mtu: [1]", "4:8: mtu takes a single value, not a list; write mtu: VALUE" },
        { Head + "  mtu: 12", "4:8: '12' is not an MTU; write a number of bytes from 68 to 65535" },
        { Head + "  kind: vtun", "4:9: kind vtun is not supported by this version; write kind: wireguard" },
        { Head + "  kind: ipsec", "4:9: unknown kind 'ipsec'; write kind: wireguard" },
        { Head + "  device: tap", "4:11: device tap is not supported by this version; write device: tun" },
        { Head + "  cipher: wiregaurd", "4:11: unknown cipher 'wiregaurd'; did you mean wireguard?" },
        { Head + "  cipher: AUTO", "4:11: unknown cipher 'AUTO'; did you mean auto?" },
        { Head + "  mtu: 1380\n  cipher: aes", "5:11: unknown cipher 'aes'; write cipher: auto or cipher: wireguard" },
        { Head + "  cipher: \"\"", "4:11: unknown cipher ''; write cipher: auto or cipher: wireguard" },
        { Head + "  cipher: [auto]", "4:11: cipher takes a single value, not a list; write cipher: VALUE" },
        { Head + "  ciper: auto", "4:3: unknown key 'ciper' in a tunnel; did you mean cipher?" },
        { Head + "  layer: x", "4:3: 'layer' is not supported by this version; remove it" },
        { Head + "  post_up: x", "4:3: 'post_up' is not taken in a YAML file; put commands into a wg-quick file; "
            + "`holdfast up` runs them as its caller, the daemon never does" },
        { Head + "  private_key_file: x",
            "4:21: can't read the key file 'x': no such file; create it, or correct the path|"
            + "4:21: private_key and private_key_file both stand here; remove one of them" },
        { "tunnels:\n- name: a/b\n  private_key: x", "2:9: 'a/b' can't name an interface; "
            + "use 1 to 15 of the characters a-z A-Z 0-9 _ = + . -|"
            + "3:16: the key is not 44 characters of base64 ending in '='; make one with `holdfast key generate`" },
        { "tunnels:\n- name: a\n  private_key: " + new string('A', 43) + "=",
            "3:16: the key is all zeros; make one with `holdfast key generate`" },
        { Head + $"- name: a\n  private_key: {TestKeys.A}",
            "4:3: the tunnel of line 2 is called a too; give each tunnel a name of its own" },
        { Head + "  listen: [tcp://:443]", "4:12: transport tcp:// is not supported by this version; use udp://" },
        { Head + "  listen: [\"x://:443\"]", "4:12: unknown transport 'x'; use udp://" },
        { Head + "  listen: [\"udp://:1\", \"udp://:2\"]",
            "4:24: this version listens at one port; keep one entry of listen" },
        { Head + "  listen: [\"udp://10.0.0.1:1\"]",
            "4:12: listening at one address is not supported by this version; write udp://:PORT" },
        { Head + "  listen: [\"udp://:x\"]", "4:12: 'udp://:x' is no place to listen at; write udp://:PORT" },
        { Head + "  addresses: [10.0.0.1/24, 10.0.0.1/24]", "4:28: 10.0.0.1/24 stands twice; remove one of them" },
        { Head + "  dns: [a.example]", "4:9: 'a.example' is not an IP address; search domains go to dns_search" },
        { Head + "  dns_search: [10.0.0.1]", "4:16: '10.0.0.1' is not a domain; servers go to dns" },
        { Head + "  peers:\n  - name: x", "5:5: a peer without public_key; add public_key: …" },
        { Peer + "    name: x\n    name: y", "7:5: name stands in line 6 already; remove one" },
        { Peer + $"  - public_key: {TestKeys.B}",
            "6:17: the peer of line 5 has the same public key; give each peer a key of its own, or join the two" },
        { Peer + $"    allowed_ips: [10.0.0.0/8]\n  - public_key: {TestKeys.C}\n    allowed_ips: [10.0.0.0/8]",
            "8:19: 10.0.0.0/8 stands at two peers, here and in line 6; remove one of them" },
        { Peer + $"    name: x\n  - public_key: {TestKeys.C}\n    name: x",
            "7:5: the peer of line 5 is called x too; give each peer a name of its own" },
        { Peer + "    endpoints: [\"wss://h/x\"]",
            "6:17: transport wss:// is not supported by this version; use udp://" },
        { Peer + "    endpoints: h:1",
            "6:16: endpoints takes a list, not a single value; write endpoints: [FIRST, SECOND]" },
        { Peer + "    paths: redundnat", "6:12: unknown use of paths 'redundnat'; did you mean redundant?" },
        { Peer + "    paths: bnd", "6:12: unknown use of paths 'bnd'; did you mean bond?" },
        { Peer + "    keepalive: x",
            "6:16: 'x' is not a keepalive interval; write off, or seconds from 0 to 65535" },
        { Peer + "    group: x", "6:5: 'group' is not supported by this version; remove it" },
        { Peer + "    pubkey: x", "6:5: unknown key 'pubkey' in a peer; remove it" },
        { "node: &a {}", "1:7: anchors, aliases and tags are not taken here; write the value itself" },
        { "node: !!map {}", "1:7: anchors, aliases and tags are not taken here; write the value itself" },
        { "node: {}\n---\nnode: {}", "2:1: a second document; keep one document in the file" },
        { "node: [[[[[[[[[[[[[[[[1", "1:22: more than 16 levels; no key stands that deep" },
    };

    [Fact]
    public void A_nodes_file_is_read()
    {
        var files = new MemoryFiles().With("/etc/holdfast/hf0.key", TestKeys.A + "\n")
            .With("/keys/hub.psk", TestKeys.C);
        var result = YamlFile.Parse("/etc/holdfast/node.yaml", Good, files);
        Assert.Equal([], result.Errors);
        var node = result.Value!;
        Assert.Equal("site7", node.Name);
        Assert.Equal(["hf0", "hf1"], node.Tunnels.Select(t => t.Name));
        string asFile = WgQuickFile.Print(node.Tunnels[0]);
        Assert.Equal($"""
            [Interface]
            PrivateKey = {TestKeys.A}
            ListenPort = 51820
            FwMark = 0x10
            Address = 10.7.0.2/24, fd07::2/64
            DNS = 10.7.0.1, corp.example.org
            MTU = 1380
            Table = off

            [Peer]
            # Name = hub
            PublicKey = {TestKeys.B}
            PresharedKey = {TestKeys.C}
            AllowedIPs = 10.7.0.0/24, fd07::/64
            Endpoint = 203.0.113.5:51820
            # Endpoint = [2001:db8::1]:1
            # Endpoint = hub.example.org:51820
            PersistentKeepalive = 25

            [Peer]
            PublicKey = {TestKeys.C}
            PresharedKey = {TestKeys.A}

            """, asFile);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    public void An_empty_file_is_a_node_without_tunnels(string text)
        => Assert.Equal(new NodeConfig(), YamlFile.Parse("n.yaml", text, new MemoryFiles()).Value);

    [Theory, MemberData(nameof(Broken))]
    public void An_error_says_what_where_and_what_to_do(string text, string expected)
    {
        var result = YamlFile.Parse("n.yaml", text, new MemoryFiles());
        Assert.Null(result.Value);
        Assert.Equal(expected.Split('|').Select(e => "n.yaml:" + e), result.Errors.Select(e => e.ToString()));
    }

    [Theory]
    [InlineData("", CipherChoice.Auto)]
    [InlineData("  cipher: auto\n", CipherChoice.Auto)]
    [InlineData("  cipher: wireguard\n", CipherChoice.WireGuard)]
    [InlineData("  cipher: \"wireguard\"\n", CipherChoice.WireGuard)]
    public void The_cipher_is_auto_unless_the_file_says_wireguard(string line, CipherChoice expected)
    {
        var result = YamlFile.Parse("n.yaml", Head + line, new MemoryFiles());
        Assert.Equal([], result.Errors);
        Assert.Equal(expected, Assert.Single(result.Value!.Tunnels).Cipher);
    }

    [Theory]
    [InlineData("node: {", "n.yaml:2:1: not YAML: ")]
    [InlineData("a: b: c", "n.yaml:1:5: not YAML: ")]
    [InlineData("node:\n\t- x", "n.yaml:2:1: not YAML: a tab in the indentation; indent with spaces")]
    [InlineData("a: \"x", "n.yaml:1:4: not YAML: ")]
    [InlineData("a: 1\nb: 2\n  c: 3", "n.yaml:3:4: not YAML: ")]
    [InlineData("a: @x", "n.yaml:1:4: not YAML: ")]
    public void Broken_yaml_is_one_error_with_its_place(string text, string start)
    {
        var error = Assert.Single(YamlFile.Parse("n.yaml", text, new MemoryFiles()).Errors);
        Assert.StartsWith(start, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_that_others_can_read_is_refused()
    {
        var files = new MemoryFiles().With("k", TestKeys.A, UnixFileMode.OtherRead);
        var result = YamlFile.Parse("n.yaml", "tunnels: [{name: a, private_key_file: k}]", files);
        Assert.Equal("n.yaml:1:39: others can read the key file 'k'; chmod 600 k", result.Errors[0].ToString());
    }

    [Fact]
    public void Uplinks_are_taken_as_they_are_listed()
    {
        var node = YamlFile.Parse("n.yaml", "uplinks: [{interface: wwan0, weight: 1000, metered: true, backup: true}, "
            + "{interface: eth0.5}]", new MemoryFiles()).Value!;
        Assert.Equal([new("wwan0", 1000, IsMetered: true, IsBackup: true), new("eth0.5")], node.Uplinks);
        Assert.Equal(100, node.Uplinks[1].Weight);
    }

    [Fact]
    public void An_uplink_that_is_not_there_yet_and_an_endpoint_that_stands_twice_are_warned_of()
    {
        const string Table = "Inter-| Receive\n face |bytes\n    lo:  1 2 3\n  eth0: 1 2\n  eth1: 4 5\nwwp0s20: 6 7\n";
        var text = "uplinks: [{interface: eht1}, {interface: eth0}, {interface: usb0}]\n" + Peer + "    endpoints: [h:1, \"udp://h:1\"]";
        var result = new TunnelFile(new MemoryFiles().With("n.yaml", text).With("/proc/net/dev", Table)).LoadNode("n.yaml");
        Assert.Empty(result.Errors);
        Assert.Equal(
        [
            "n.yaml:1:11: there is no interface eht1 here yet; did you mean eth1? it is used once it comes",
            "n.yaml:1:49: there is no interface usb0 here yet; it is used once it comes",
            "n.yaml:7:22: h:1 stands twice, and is taken once; remove one of them",
        ], result.Warnings.Select(w => w.ToString()));
        Assert.Equal(["eht1", "eth0", "usb0"], result.Value!.Uplinks.Select(u => u.Interface));
        Assert.Single(result.Value.Tunnels[0].Peers[0].Endpoints);
        // Where nobody knows which interfaces there are, nothing is said of them.
        Assert.Single(new TunnelFile(new MemoryFiles().With("n.yaml", text)).LoadNode("n.yaml").Warnings);
    }

    [Fact]
    public void There_are_at_most_sixteen_uplinks()
    {
        var text = "uplinks:\n" + string.Concat(Enumerable.Range(0, 17).Select(i => $"- interface: u{i}\n"));
        Assert.Equal("n.yaml:18:3: more than 16 uplinks; remove some",
            YamlFile.Parse("n.yaml", text, new MemoryFiles()).Errors[0].ToString());
    }

    [Fact]
    public void Both_formats_and_the_page_and_the_schema_know_every_key()
    {
        string schema = ConfigSchema.Text();
        string page = ConfigPage.Text();
        foreach (var key in YamlKeys.All.SelectMany(s => s.Taken))
        {
            Assert.Contains($"\"{key.Name}\": {{", schema, StringComparison.Ordinal);
            Assert.Contains($"| `{key.Name}` |", page, StringComparison.Ordinal);
            // The example above uses every key, so each has a reader.
            Assert.Contains(key.Name + ":", Good, StringComparison.Ordinal);
        }
        using var json = System.Text.Json.JsonDocument.Parse(schema);
        Assert.False(json.RootElement.GetProperty("properties").TryGetProperty("layers", out _));
    }

    [Theory]
    [InlineData("kind", "wireguard")]
    [InlineData("device", "tun")]
    [InlineData("cipher", "auto", "wireguard")]
    public void The_schema_offers_the_words_that_a_key_takes(string key, params string[] words)
    {
        using var schema = System.Text.Json.JsonDocument.Parse(ConfigSchema.Text());
        var tunnel = schema.RootElement.GetProperty("properties").GetProperty("tunnels").GetProperty("items");
        var offered = tunnel.GetProperty("properties").GetProperty(key).GetProperty("enum");
        Assert.Equal(words, offered.EnumerateArray().Select(w => w.GetString()));
    }

    [Fact]
    public void The_page_of_the_documentation_is_what_the_code_says() =>
        Assert.Equal(ConfigPage.Text(), Repository.Read("docs/config.md"));
}
