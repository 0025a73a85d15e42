namespace Holdfast.LabTests.Scenarios;

/// <summary>Everything of a host that a tunnel might leave behind, as text that can be compared.</summary>
internal static class HostState
{
    // Sockets and files in /run count; directories that programs share (/run/wireguard) do not.
    private const string Questions = """
        echo '== links'; ip -d link show
        echo '== addresses'; ip -d addr show
        echo '== IPv4 routes'; ip -d -4 route show table all
        echo '== IPv6 routes'; ip -d -6 route show table all
        echo '== IPv4 rules'; ip -d -4 rule show
        echo '== IPv6 rules'; ip -d -6 rule show
        echo '== nftables'; nft list ruleset
        echo '== settings'; sysctl -a 2>/dev/null | grep -E '^net\.ipv[46]\.(conf\.(all|default)|ip_forward|fwmark)'
        echo '== files in /run'; find /run ! -type d -printf '%p %y %m\n' | sort
        echo '== programs'; ps -eo comm= | grep -vxE 'ps|sh|grep|find|sort|sysctl' | sort
        """;

    /// <summary>Takes it down.</summary>
    public static async Task<string> Take(Host host) => (await host.Run("sh", "-c", Questions)).Output;
}
