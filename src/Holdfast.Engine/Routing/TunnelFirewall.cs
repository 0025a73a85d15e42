using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Holdfast.Engine.Config;

namespace Holdfast.Engine.Routing;

/// <summary>The nftables table of a tunnel that takes all traffic. Packets to the tunnel's addresses that come by
/// another way are dropped, and the mark of our own packets is kept with their connection, so that the strict reverse
/// path filter finds answers where they belong.</summary>
public static class TunnelFirewall
{
    /// <summary>The table's name, as nft takes it: its identifiers know neither = nor +.</summary>
    public static string TableName(string device)
        => "holdfast-" + device.Replace("=", "/3d", StringComparison.Ordinal)
            .Replace("+", "/2b", StringComparison.Ordinal);

    /// <summary>A script for <c>nft -f</c> that puts the table in place, in one transaction, whether it is there
    /// or not.</summary>
    /// <param name="config">The tunnel.</param>
    /// <param name="mark">The mark of its own packets.</param>
    /// <param name="families">The families of which it takes all traffic.</param>
    public static string Text(TunnelConfig config, uint mark, IReadOnlyCollection<AddressFamily> families)
    {
        var text = new StringBuilder(Removal(config.Name));
        Line(text, $"table inet {TableName(config.Name)} {{");
        Line(text, $"  chain preraw {{");
        Line(text, $"    type filter hook prerouting priority -300; policy accept;");
        foreach (var address in config.Addresses.Select(a => a.Address).Distinct())
        {
            if (!families.Contains(address.AddressFamily)) continue;
            string ip = address.AddressFamily == AddressFamily.InterNetwork ? "ip" : "ip6";
            Line(text, $"    iifname != \"{config.Name}\" {ip} daddr {address} fib saddr type != local drop");
        }
        Line(text, $"  }}");
        // Only our own mark is put back: marks of others in the same connection are theirs to restore.
        Chain(text, "premangle", "prerouting", families, $"meta l4proto udp ct mark {mark} meta mark set ct mark");
        Chain(text, "postmangle", "postrouting", families, $"meta l4proto udp meta mark {mark} ct mark set meta mark");
        Line(text, $"}}");
        return text.ToString();
    }

    /// <summary>A script for <c>nft -f</c> that takes the table away, whether it is there or not.</summary>
    public static string Removal(string device)
        => $"table inet {TableName(device)}\ndelete table inet {TableName(device)}\n";

    private static void Chain(
        StringBuilder text, string name, string hook, IReadOnlyCollection<AddressFamily> families, string rule)
    {
        Line(text, $"  chain {name} {{");
        Line(text, $"    type filter hook {hook} priority -150; policy accept;");
        foreach (var family in families)
            Line(text, $"    meta nfproto {(family == AddressFamily.InterNetwork ? "ipv4" : "ipv6")} {rule}");
        Line(text, $"  }}");
    }

    private static void Line(StringBuilder text, FormattableString line)
        => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
