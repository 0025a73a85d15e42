using static Holdfast.Engine.Config.ConfigPresence;
using static Holdfast.Engine.Config.ConfigType;

namespace Holdfast.Engine.Config;

/// <summary>The keys of a node's YAML file.</summary>
public static class YamlKeys
{
    private const string NoCommands =
        "put commands into a wg-quick file; `holdfast up` runs them as its caller, the daemon never does";

    /// <summary>A peer of a tunnel.</summary>
    public static readonly ConfigSection Peer = new("Peer", "a peer",
    [
        new("name", Text, "none", "The name people call the peer by; unique in the tunnel."),
        new("public_key", Key, "", "The peer's public key; unique in the tunnel.") { Presence = Required },
        new("preshared_key", Key, "none", "A key both ends share, mixed into every handshake."),
        new("preshared_key_file", ConfigType.Path, "none", "A file with the preshared key, closed to others."),
        new("allowed_ips", Prefixes, "[]",
            "Prefixes sent to this peer and accepted from it; the same prefix may not stand at two peers."),
        new("endpoints", Endpoints, "[]", "Where the peer is reached. With several, they are tried in this order "
            + "while handshakes stay unanswered. Left out, the peer has to call first."),
        new("keepalive", Keepalive, "off", "Seconds between packets that keep a NAT's mapping open."),
        new("paths", ConfigType.Paths, "failover", "How several ways to this peer are used, if it is Holdfast too: failover uses the "
            + "best that works and leaves it at once when it fails; bond sends each packet by the one on which it arrives first, so that "
            + "their rates add up; redundant sends copies by the best two; single has one way only, "
            + "as with plain WireGuard. A change from or to single counts from the next handshake."),
        Reserved("group"), Reserved("layer"),
    ]);

    /// <summary>A tunnel.</summary>
    public static readonly ConfigSection Tunnel = new("Tunnel", "a tunnel",
    [
        new("name", ConfigType.InterfaceName, "", "The interface's name; unique in the file.") { Presence = Required },
        new("kind", Kind, "wireguard", "The protocol."),
        new("device", Device, "tun", "The kind of interface."),
        new("private_key", Key, "", "The tunnel's private key; this or private_key_file must be there."),
        new("private_key_file", ConfigType.Path, "", "A file with the private key, closed to others."),
        new("addresses", Addresses, "[]", "The interface's own addresses; without a length, one stands alone."),
        new("listen", Listeners, "any port", "Where to listen; this version takes one udp://:PORT."),
        new("fwmark", Mark, "off", "Mark of the tunnel's own packets. With a default route among the allowed IPs and "
            + "table auto, it is also the number of the tunnel's routing table, 51820 or the next free one "
            + "by default."),
        new("cipher", Cipher, "auto", "What seals data: auto is AES-256-GCM with every peer that is Holdfast too and says auto, "
            + "if both processors have instructions for it; wireguard is WireGuard's cipher alone, and nothing more than "
            + "WireGuard on the wire. A change counts from each peer's next handshake."),
        new("mtu", ConfigType.Mtu, "largest MTU on the way to an endpoint, less 80", "MTU of the interface in bytes."),
        new("dns", IpAddresses, "[]", "Name servers to use while the tunnel is up."),
        new("dns_search", Words, "[]", "Search domains to use while the tunnel is up."),
        new("table", Table, "auto", "Where the allowed IPs' routes go: auto is the main table, and a table and "
            + "rules of its own for a default route; off makes none; a number or name puts all into that table."),
        new("peers", Sections, "[]", "The peers.") { Below = Peer },
        Reserved("layer"), Reserved("group"), Reserved("paths"),
        Refused("pre_up"), Refused("post_up"), Refused("pre_down"), Refused("post_down"),
    ]);

    /// <summary>An uplink.</summary>
    public static readonly ConfigSection Uplink = new("Uplink", "an uplink",
    [
        new("interface", ConfigType.InterfaceName, "", "The interface's name; once in the list. It need not be there yet; if it is not, that is said.")
        {
            Presence = Required,
        },
        new("weight", Weight, "100", "Of uplinks of like quality the one with the greatest is preferred, in both directions. "
            + "With `paths: bond` it says nothing: what each can carry is measured."),
        new("metered", Flag, "false", "Whether it costs by what is sent: it is probed slowly and used last."),
        new("backup", Flag, "false", "Whether it is used only when no other uplink works."),
        Reserved("layer"),
    ]);

    /// <summary>The node itself.</summary>
    public static readonly ConfigSection Node = new("Node", "the node",
    [
        new("name", Text, "the host's name", "What this node calls itself."),
        Reserved("web"),
    ]);

    /// <summary>The whole file.</summary>
    public static readonly ConfigSection File = new("The file", "the file",
    [
        new("node", Section, "", "What concerns the node as a whole.") { Below = Node },
        new("uplinks", Sections, "every interface with a default route", "The interfaces through which peers are reached, up to 16: "
            + "those listed, and no others while one of them can be used: a peer to whom another interface leads needs that one in the list, too. Left out, it is every interface that has a default route in the main table, but for tunnels, "
            + "loopback, and ports of bridges and bonds; and if that is only one, the host's routes alone decide.") { Below = Uplink },
        new("tunnels", Sections, "[]", "The tunnels.") { Below = Tunnel },
        Reserved("layers"), Reserved("watch"), Reserved("policies"), Reserved("tables"),
        Reserved("notify"), Reserved("site"),
    ]);

    /// <summary>All sections, from the outside in.</summary>
    public static readonly ValueList<ConfigSection> All = [File, Node, Uplink, Tunnel, Peer];

    private static ConfigKey Reserved(string name) => new(name, Text, "", "remove it") { Presence = Later };

    private static ConfigKey Refused(string name) => new(name, Command, "", NoCommands) { Presence = Never };
}
