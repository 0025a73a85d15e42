using System.Globalization;
using System.Text;

namespace Holdfast.Engine.Config;

/// <summary>The text of docs/config.md, made from <see cref="YamlKeys"/> and <see cref="WgQuickKeys"/>.</summary>
public static class ConfigPage
{
    private const string Head = """
        # Configuration

        This page is made from the code; a test keeps it so. A JSON schema for editors comes from `holdfast config
        schema`.

        Holdfast reads two kinds of files: wg-quick's `.conf` files, as they are, and YAML files for a node with all
        its tunnels. Both are read as a whole: every error is shown as `FILE:LINE:COLUMN: what; what to do` (at most
        20), and with any error nothing is changed. `holdfast config check FILE` does only that; `holdfast config show
        FILE` prints what was understood, without keys.

        A bare name stands for `/etc/wireguard/NAME.conf`, or else `/etc/holdfast/NAME.conf`. A file may have 16 MiB.
        Keep files with keys closed to others (`chmod 600`).

        ## A node's YAML file

        ```yaml
        node: {name: site7}
        uplinks:
          - {interface: eth1}
          - {interface: wwan0, weight: 50, metered: true}
        tunnels:
          - name: hf0
            private_key_file: /etc/holdfast/hf0.key
            addresses: [10.7.0.2/24, "fd07::2/64"]
            listen: ["udp://:51820"]
            peers:
              - name: hub
                public_key: "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
                allowed_ips: [10.7.0.0/24, "fd07::/64"]
                endpoints: ["udp://203.0.113.5:51820", "hub.example.org:51820"]
                keepalive: 25
        ```

        A key that is not on this page is an error. Endpoints are `udp://HOST:PORT` or plain `HOST:PORT`; an IPv6
        address stands in brackets. Anchors, aliases, tags and second documents are refused. There are no commands in
        YAML.

        """;

    private const string WgQuick = """

        ## wg-quick's files

        The file's name without `.conf` is the interface's name. Sections and keys may be written in capitals or not;
        `#` starts a comment; lists are separated by commas. Commands are run by `holdfast up` and `holdfast down`, as
        their caller, and only from a file that belongs to the caller or to root and that nobody else can write.

        Where Holdfast is stricter than wg and wg-quick: a public key that stands at two peers is an error, a port is a
        number and not a service's name, and an endpoint's port is not 0.

        """;

    /// <summary>The page's text.</summary>
    public static string Text()
    {
        var page = new StringBuilder(Head);
        foreach (var section in YamlKeys.All) Write(page, section, yaml: true);
        page.Append(WgQuick);
        Write(page, WgQuickKeys.Interface, yaml: false);
        Write(page, WgQuickKeys.Peer, yaml: false);
        return page.ToString();
    }

    private static void Write(StringBuilder page, ConfigSection section, bool yaml)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n### {section.Title}\n\n");
        page.Append("| key | value | default | |\n|---|---|---|---|\n");
        foreach (var key in section.Taken)
        {
            string standard = key.Presence == ConfigPresence.Required ? "must be there" : key.Default;
            page.Append(CultureInfo.InvariantCulture,
                $"| `{key.Name}` | {InWords(key)} | {standard} | {key.Description} |\n");
        }
        if (!yaml) return;
        string[] later = [.. section.Keys.Where(k => k.Presence == ConfigPresence.Later).Select(k => $"`{k.Name}`")];
        if (later.Length > 0)
            page.Append(CultureInfo.InvariantCulture, $"\nReserved for later: {string.Join(", ", later)}.\n");
    }

    private static string InWords(ConfigKey key) => key.Type switch
    {
        ConfigType.Text => "a word",
        ConfigType.InterfaceName => "1 to 15 of a-z A-Z 0-9 _ = + . -",
        ConfigType.Key => "32 bytes in base64",
        ConfigType.Path => "a path, from this file's directory",
        ConfigType.Addresses => "addresses with prefix length",
        ConfigType.Prefixes => "prefixes; host bits are cleared",
        ConfigType.IpAddresses => "IP addresses",
        ConfigType.Words => "words",
        ConfigType.Dns => "addresses and domains",
        ConfigType.Endpoints => "up to 16 endpoints",
        ConfigType.Endpoint => "HOST:PORT",
        ConfigType.Listeners => "`udp://:PORT`",
        ConfigType.Port => "0 to 65535",
        ConfigType.Mark => "off, or a number, also as 0x…",
        ConfigType.Mtu => "68 to 65535",
        ConfigType.Table => "auto, off, a number or a name from rt_tables",
        ConfigType.Keepalive => "off, or 0 to 65535",
        ConfigType.Command => "a shell command; may be repeated",
        ConfigType.Weight => "1 to 1000",
        ConfigType.Flag => "true or false",
        ConfigType.Kind => "wireguard",
        ConfigType.Device => "tun",
        ConfigType.Cipher => "auto or wireguard",
        ConfigType.Paths => string.Join(", ", PathModeText.Words),
        ConfigType.Section => "keys, see below",
        ConfigType.Sections => "a list, see below",
        _ => throw new InvalidOperationException($"No words for {key.Type}."),
    };
}
