using System.Globalization;
using System.Text;
using Holdfast.Crypto;

namespace Holdfast.Engine.Config;

/// <summary>Writes a node's YAML file, always in the same order, with everything that is a text in quotes.</summary>
internal static class YamlPrinter
{
    public static string Print(NodeConfig config, bool hideKeys)
    {
        var text = new StringBuilder();
        if (config.Name is not null) Line(text, "", "node", $"{{name: {Quote(config.Name)}}}");
        if (config.Uplinks.Count > 0) text.Append("uplinks:\n");
        foreach (var uplink in config.Uplinks) Uplink(text, uplink);
        text.Append(config.Tunnels.Count > 0 ? "tunnels:\n" : "tunnels: []\n");
        foreach (var tunnel in config.Tunnels) Tunnel(text, tunnel, hideKeys);
        return text.ToString();
    }

    private static void Uplink(StringBuilder text, UplinkConfig uplink)
    {
        const string Indent = "    ";
        Line(text, "  - ", "interface", Quote(uplink.Interface));
        Line(text, Indent, "weight", uplink.Weight == new UplinkConfig("").Weight ? null : uplink.Weight);
        Line(text, Indent, "metered", uplink.IsMetered ? "true" : null);
        Line(text, Indent, "backup", uplink.IsBackup ? "true" : null);
    }

    private static void Tunnel(StringBuilder text, TunnelConfig tunnel, bool hideKeys)
    {
        const string Indent = "    ";
        Line(text, "  - ", "name", Quote(tunnel.Name));
        if (tunnel.PrivateKey is null)
            text.Append(Indent).Append("# private_key_file: a node's file needs one; this tunnel has no key\n");
        Line(text, Indent, "private_key", Key(tunnel.PrivateKey, hideKeys));
        List(text, Indent, "addresses", tunnel.Addresses);
        if (tunnel.ListenPort is { } port) List(text, Indent, "listen", [$"udp://:{port}"]);
        Line(text, Indent, "fwmark", tunnel.FwMark is { } mark ? $"0x{mark:x}" : null);
        Line(text, Indent, "cipher", tunnel.Cipher == CipherChoice.WireGuard ? "wireguard" : null);
        Line(text, Indent, "mtu", tunnel.Mtu);
        List(text, Indent, "dns", tunnel.DnsServers);
        List(text, Indent, "dns_search", tunnel.DnsSearch);
        Line(text, Indent, "table", tunnel.Table == TableChoice.Auto ? null : tunnel.Table);
        Commands(text, Indent, "PreUp", tunnel.PreUp);
        Commands(text, Indent, "PostUp", tunnel.PostUp);
        Commands(text, Indent, "PreDown", tunnel.PreDown);
        Commands(text, Indent, "PostDown", tunnel.PostDown);
        if (tunnel.SaveConfig) text.Append(Indent).Append("# SaveConfig = true\n");
        if (tunnel.Peers.Count > 0) text.Append(Indent).Append("peers:\n");
        foreach (var peer in tunnel.Peers) Peer(text, peer, hideKeys);
    }

    private static void Peer(StringBuilder text, PeerConfig peer, bool hideKeys)
    {
        const string Indent = "        ";
        Line(text, "      - ", "public_key", Quote(peer.PublicKey));
        Line(text, Indent, "name", peer.Name is { } name ? Quote(name) : null);
        Line(text, Indent, "preshared_key", Key(peer.PresharedKey, hideKeys));
        List(text, Indent, "allowed_ips", peer.AllowedIps);
        List(text, Indent, "endpoints", [.. peer.Endpoints.Select(e => $"udp://{e}")]);
        Line(text, Indent, "keepalive", peer.PersistentKeepalive);
        Line(text, Indent, "paths", peer.Paths == default ? null : PathModeText.Of(peer.Paths));
    }

    // A node's file has no commands; they stay readable for whoever turns a wg-quick file into one.
    private static void Commands(StringBuilder text, string indent, string key, ValueList<string> commands)
    {
        foreach (string command in commands)
        {
            string line = string.Concat(command.Select(c => char.IsControl(c) && c != '\t' ? '?' : c));
            text.Append(CultureInfo.InvariantCulture, $"{indent}# {key} = {line}\n");
        }
    }

    private static string? Key(Secret? key, bool hide) => key is null ? null : Quote(hide ? "(hidden)" : key.ToBase64());

    private static void List<T>(StringBuilder text, string indent, string key, IReadOnlyList<T> items)
    {
        if (items.Count > 0) Line(text, indent, key, $"[{string.Join(", ", items.Select(i => Quote(i!)))}]");
    }

    // Names, addresses, keys and endpoints hold neither quotes nor backslashes.
    private static string Quote(object value) => string.Create(CultureInfo.InvariantCulture, $"\"{value}\"");

    private static void Line(StringBuilder text, string indent, string key, object? value)
    {
        if (value is not null) text.Append(CultureInfo.InvariantCulture, $"{indent}{key}: {value}\n");
    }
}
