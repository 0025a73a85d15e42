namespace Holdfast.Engine.Config;

/// <summary>The keys of a wg-quick file, as wg-quick(8) and wg(8) name them.</summary>
public static class WgQuickKeys
{
    /// <summary>The <c>[Interface]</c> section.</summary>
    public static readonly ConfigSection Interface = new("[Interface]", "[Interface]",
    [
        Wg("PrivateKey", ConfigType.Key, "none", "The tunnel's private key; without one, a command has to set it."),
        Wg("ListenPort", ConfigType.Port, "any", "UDP port to listen on; 0 is any."),
        Wg("FwMark", ConfigType.Mark, "off", "Mark of the tunnel's own packets."),
        Quick("Address", ConfigType.Addresses, "none", "The interface's addresses.", repeats: true),
        Quick("DNS", ConfigType.Dns, "none", "Name servers and search domains while the tunnel is up.", repeats: true),
        Quick("MTU", ConfigType.Mtu, "largest MTU on the way to an endpoint, less 80",
            "MTU of the interface in bytes."),
        Quick("Table", ConfigType.Table, "auto", "Where the allowed IPs' routes go."),
        Quick("PreUp", ConfigType.Command, "none", "Run before the interface is made; %i is its name.", repeats: true),
        Quick("PostUp", ConfigType.Command, "none", "Run when the tunnel is up.", repeats: true),
        Quick("PreDown", ConfigType.Command, "none", "Run before the tunnel goes down.", repeats: true),
        Quick("PostDown", ConfigType.Command, "none", "Run when the tunnel is gone.", repeats: true),
        Quick("SaveConfig", ConfigType.Flag, "false", "Whether `down` writes the tunnel's state back to this file."),
    ]);

    /// <summary>A <c>[Peer]</c> section.</summary>
    public static readonly ConfigSection Peer = new("[Peer]", "[Peer]",
    [
        Wg("PublicKey", ConfigType.Key, "", "The peer's public key.") with { Presence = ConfigPresence.Required },
        Wg("PresharedKey", ConfigType.Key, "none", "A key both ends share, mixed into every handshake."),
        Wg("AllowedIPs", ConfigType.Prefixes, "none", "Prefixes sent to this peer and accepted from it. "
            + "The last peer that names a prefix has it.") with { Repeats = true, MayBeEmpty = true },
        Wg("Endpoint", ConfigType.Endpoint, "none", "Where the peer is reached; without one, it has to call first."),
        Wg("PersistentKeepalive", ConfigType.Keepalive, "off",
            "Seconds between packets that keep a NAT's mapping open."),
    ]);

    private static ConfigKey Wg(string name, ConfigType type, string standard, string description)
        => new(name, type, standard, description) { OfWg = true };

    private static ConfigKey Quick(
        string name, ConfigType type, string standard, string description, bool repeats = false)
        => new(name, type, standard, description) { Repeats = repeats, MayBeEmpty = true };
}
