using Holdfast.Engine.Config;

namespace Holdfast.Tests.Config;

public sealed class YamlPrinterTests
{
    private const string Key = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";

    private const string Everything = $$"""
        node: {name: site7}
        uplinks:
          - interface: wwan0
            weight: 50
            metered: true
            backup: true
          - interface: eth1
        tunnels:
          - name: hf0
            private_key: {{Key}}
            addresses: [10.7.0.2/24, "fd07::2/64", 192.0.2.1]
            listen: ["udp://:51820"]
            fwmark: 51820
            cipher: wireguard
            mtu: 1380
            dns: [192.0.2.53, "2001:db8::53"]
            dns_search: [example.org, ~.]
            table: 77
            peers:
              - name: "off"
                public_key: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
                preshared_key: FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=
                allowed_ips: [10.7.0.0/24, "::/0"]
                endpoints: ["udp://203.0.113.5:51820", "udp://[2001:db8::1]:443", hub.example.org:51820]
                keepalive: 25
                paths: redundant
              - public_key: TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=
          - name: "1e3"
            private_key: {{Key}}
            table: off

        """;

    [Theory]
    [InlineData(Everything)]
    [InlineData("tunnels: []")]
    [InlineData("{}")]
    public void What_is_printed_means_the_same(string text)
    {
        var first = Parse(text);
        var again = Parse(YamlFile.Print(first));
        Assert.Equal(first, again);
        Assert.Equal(YamlFile.Print(first), YamlFile.Print(again));
    }

    [Fact]
    public void Hidden_keys_are_hidden()
    {
        string text = YamlFile.Print(Parse(Everything), hideKeys: true);
        Assert.DoesNotContain(Key, text, StringComparison.Ordinal);
        Assert.DoesNotContain("FpCyhws9", text, StringComparison.Ordinal);
        Assert.Contains("private_key: \"(hidden)\"", text, StringComparison.Ordinal);
        Assert.Contains("preshared_key: \"(hidden)\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_node_s_file_can_not_say_becomes_a_comment()
    {
        var tunnel = WgQuickFile.Parse("wg0.conf", $"""
            [Interface]
            PrivateKey = {Key}
            PostUp = echo "up: %i" > /tmp/x
            SaveConfig = true

            """).Value!;
        string text = YamlFile.Print(new() { Tunnels = [tunnel] });
        Assert.Contains("    # PostUp = echo \"up: %i\" > /tmp/x\n", text, StringComparison.Ordinal);
        Assert.Contains("    # SaveConfig = true\n", text, StringComparison.Ordinal);
        Assert.Equal(tunnel with { PostUp = [], SaveConfig = false }, Assert.Single(Parse(text).Tunnels));
    }

    [Theory]
    [InlineData("auto", false)]
    [InlineData("wireguard", true)]
    public void The_cipher_is_printed_where_it_is_not_the_default(string cipher, bool printed)
    {
        var node = Parse($"tunnels: [{{name: hf0, private_key: {Key}, cipher: {cipher}}}]");
        Assert.Equal(printed, YamlFile.Print(node).Contains("    cipher: wireguard\n", StringComparison.Ordinal));
        Assert.Equal(printed, YamlFile.Print(node).Contains("cipher", StringComparison.Ordinal));
        string asFile = WgQuickFile.Print(node.Tunnels[0]);
        Assert.Equal(printed, asFile.Contains("# Cipher = wireguard\n", StringComparison.Ordinal));
        // The comment is for people alone.
        Assert.Equal(CipherChoice.Auto, WgQuickFile.Parse("hf0.conf", asFile).Value!.Cipher);
    }

    private static NodeConfig Parse(string text)
    {
        var result = YamlFile.Parse("node.yaml", text, SystemConfigFiles.Instance);
        Assert.Empty(result.Errors);
        return result.Value!;
    }
}
