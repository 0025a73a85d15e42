using System.Globalization;
using System.Text;
using Holdfast.Crypto;

namespace Holdfast.Engine.Config;

/// <summary>Writes wg-quick files, always in the same order.</summary>
internal static class WgQuickPrinter
{
    public static string Print(TunnelConfig config, bool hideKeys)
    {
        var text = new StringBuilder("[Interface]\n");
        Line(text, "PrivateKey", Key(config.PrivateKey, hideKeys));
        Line(text, "ListenPort", config.ListenPort);
        Line(text, "FwMark", config.FwMark is { } mark ? $"0x{mark:x}" : null);
        // A wg-quick file can't say it; it stays readable, as the names do.
        Line(text, "# Cipher", config.Cipher == CipherChoice.WireGuard ? "wireguard" : null);
        List(text, "Address", config.Addresses);
        List(text, "DNS", [.. config.DnsServers.Select(s => s.ToString()), .. config.DnsSearch]);
        Line(text, "MTU", config.Mtu);
        Line(text, "Table", config.Table == TableChoice.Auto ? null : config.Table);
        foreach (string command in config.PreUp) Line(text, "PreUp", command);
        foreach (string command in config.PostUp) Line(text, "PostUp", command);
        foreach (string command in config.PreDown) Line(text, "PreDown", command);
        foreach (string command in config.PostDown) Line(text, "PostDown", command);
        Line(text, "SaveConfig", config.SaveConfig ? "true" : null);
        foreach (var peer in config.Peers) Peer(text, peer, hideKeys);
        return text.ToString();
    }

    private static void Peer(StringBuilder text, PeerConfig peer, bool hideKeys)
    {
        text.Append("\n[Peer]\n");
        if (peer.Name is not null) Line(text, "# Name", peer.Name);
        Line(text, "PublicKey", peer.PublicKey);
        Line(text, "PresharedKey", Key(peer.PresharedKey, hideKeys));
        List(text, "AllowedIPs", peer.AllowedIps);
        for (int i = 0; i < peer.Endpoints.Count; i++)
            Line(text, i == 0 ? "Endpoint" : "# Endpoint", peer.Endpoints[i]);
        Line(text, "PersistentKeepalive", peer.PersistentKeepalive);
        Line(text, "# Paths", peer.Paths == default ? null : PathModeText.Of(peer.Paths));
    }

    private static string? Key(Secret? key, bool hide) => key is null ? null : hide ? "(hidden)" : key.ToBase64();

    private static void List<T>(StringBuilder text, string key, IReadOnlyList<T> items)
    {
        if (items.Count > 0) Line(text, key, string.Join(", ", items));
    }

    private static void Line(StringBuilder text, string key, object? value)
    {
        if (value is not null) text.Append(CultureInfo.InvariantCulture, $"{key} = {value}\n");
    }
}
