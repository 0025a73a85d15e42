using Holdfast.Engine.Config;

namespace Holdfast.Fuzz.Targets;

/// <summary>
/// A node's YAML file, and behind a line of "===" the text of a key file that it may name: refused with places, or read, and then
/// the same when it is printed and read again.
/// </summary>
internal sealed class YamlTarget : Target
{
    private readonly NoFiles _files = new();

    internal override string Name => "yaml";

    internal override IEnumerable<byte[]> Dictionary => Text.Words(
        "node", "name", "tunnels", "kind", "device", "private_key", "private_key_file", "addresses", "listen", "peers", "public_key",
        "preshared_key", "preshared_key_file", "allowed_ips", "endpoints", "keepalive", "fwmark", "mtu", "dns", "dns_search", "table",
        "udp://:51820", "udp://", "tcp://", "wireguard", "tun", "auto", "off", "10.7.0.2/24", "fd07::2/64", "host.example.org:51820",
        ConfigCheck.Key, ConfigCheck.PublicKey, "f.key", ": ", "- ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ",", "\"", "'", "|", ">", "|2-", "&a ",
        "*a", "!!str ", "!<x>", "<<: ", "? ", "%YAML 1.1\n", "%TAG ! !\n", "---\n", "...\n", "#", "\t", "\\x41", "\\u263a", "\u2028", "\uFEFF", "\0", "~", "null",
        "\n===\n");

    internal override IEnumerable<byte[]> Seeds => Text.Words(
        $$"""
        node: {name: site7}
        tunnels:
          - name: hf0
            private_key: {{ConfigCheck.Key}}
            addresses: [10.7.0.2/24, "fd07::2/64"]
            listen: ["udp://:51820"]
            table: auto
            fwmark: 0x10
            mtu: 1400
            dns: [10.7.0.1]
            dns_search: [example.org]
            peers:
              - name: hub
                public_key: '{{ConfigCheck.PublicKey}}'
                preshared_key_file: f.key
                allowed_ips: [10.7.0.0/24, "fd07::/64"]
                endpoints: ["udp://203.0.113.5:51820", "hub.example.org:51820"]
                keepalive: 25
        ===
        {{ConfigCheck.Key}}
        """,
        "tunnels: []\n", "? a\n: |\n  b\n", "%YAML 1.1\n---\n&a [*a]\n");

    internal override long MayAllocate(int length) => (512 << 10) + (2048L * length);

    internal override void Read(ReadOnlySpan<byte> input)
    {
        var mark = input.IndexOf("\n===\n"u8);
        _files.Key = mark < 0 ? "" : Text.Of(input[(mark + 5)..]);
        var result = YamlFile.Parse("f.yaml", Text.Of(mark < 0 ? input : input[..mark]), _files);
        ConfigCheck.Result(result);
        if (result.Value is not { } config) return;
        ConfigCheck.Yaml(config);
        foreach (var tunnel in config.Tunnels)
        {
            ConfigCheck.WgQuick(tunnel);
            tunnel.ForgetKeys();
        }
    }
}
