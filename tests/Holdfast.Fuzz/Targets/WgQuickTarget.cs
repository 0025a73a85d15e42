using Holdfast.Engine.Config;

namespace Holdfast.Fuzz.Targets;

/// <summary>A wg-quick file: refused with places, or read, and then the same when it is printed and read again in either format.</summary>
internal sealed class WgQuickTarget : Target
{
    internal override string Name => "wg-quick";

    internal override IEnumerable<byte[]> Dictionary => Text.Words(
        "[Interface]\n", "[Peer]\n", "PrivateKey", "ListenPort", "FwMark", "Address", "DNS", "MTU", "Table", "PreUp", "PostUp",
        "PreDown", "PostDown", "SaveConfig", "PublicKey", "PresharedKey", "AllowedIPs", "Endpoint", "PersistentKeepalive", " = ",
        "auto", "off", "main", "true", "0x", "\n", "\r\n", "#", ",", "/", "::", "10.7.0.2/24", "fd07::2/64", "host.example.org:51820",
        "[fe80::1%eth0]:1", ConfigCheck.Key, ConfigCheck.PublicKey, "\u2028", "\u0085", "\0", "\"", "\\", "%i", "\uFEFF");

    internal override IEnumerable<byte[]> Seeds => Text.Words(
        $"""
        [Interface]
        PrivateKey = {ConfigCheck.Key}
        ListenPort = 51820
        FwMark = 0x10
        Address = 10.7.0.2/24, fd07::2/64
        DNS = 10.7.0.1, example.org
        MTU = 1400
        Table = 1000
        PreUp = echo %i
        PostUp = a=b && c # d
        PreDown = x
        PostDown = y
        SaveConfig = true

        [Peer]
        PublicKey = {ConfigCheck.PublicKey}
        PresharedKey = {ConfigCheck.Key}
        AllowedIPs = 10.7.0.0/24, fd07::/64
        Endpoint = host.example.org:51820
        PersistentKeepalive = 25
        """,
        $"[interface]\nprivatekey={ConfigCheck.Key}\n[peer]\npublickey={ConfigCheck.PublicKey}\nendpoint=[2001:db8::1]:1\nallowedips=\n");

    internal override long MayAllocate(int length) => (256 << 10) + (1024L * length);

    internal override void Read(ReadOnlySpan<byte> input)
    {
        var result = WgQuickFile.Parse("f.conf", Text.Of(input));
        ConfigCheck.Result(result);
        if (result.Value is not { } config) return;
        ConfigCheck.WgQuick(config);
        if (config.PrivateKey is not null)
            ConfigCheck.Yaml(new NodeConfig { Tunnels = [config with { PreUp = [], PostUp = [], PreDown = [], PostDown = [], SaveConfig = false }] });
        config.ForgetKeys();
    }
}
