namespace Holdfast.LabTests.Scenarios;

/// <summary>Everything of a host that a tunnel might leave behind, as text that can be compared.</summary>
internal static class HostState
{
    /// <summary>What the kernel's network looks like, asked by a script of the shell.</summary>
    internal const string Network = """
        echo '== links'; ip -d link show
        echo '== addresses'; ip -d addr show
        echo '== IPv4 routes'; ip -d -4 route show table all
        echo '== IPv6 routes'; ip -d -6 route show table all
        echo '== IPv4 rules'; ip -d -4 rule show
        echo '== IPv6 rules'; ip -d -6 rule show
        echo '== nftables'; nft list ruleset
        echo '== settings'; sysctl -a 2>/dev/null | grep -E '^net\.ipv[46]\.(conf\.(all|default)|ip_forward|fwmark)'
        """;

    // Sockets and files in /run count; directories that programs share (/run/wireguard) do not.
    private const string Questions = $"""
        {Network}
        echo '== files in /run'; find /run ! -type d -printf '%p %y %m\n' | sort
        echo '== programs'; ps -eo comm= | grep -vxE 'ps|sh|grep|find|sort|sysctl' | sort
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Takes it down, once the kernel no longer asks whether somebody else has its addresses: it does so for a moment for
    /// a device's own (link-local) even where nobody could answer.</summary>
    public static async Task<string> Take(Host host)
    {
        await Eventually.Until(async () => (await host.Run("ip", "-6", "-o", "addr", "show", "tentative")).Output.Length == 0,
            Patience, $"the addresses of {host.Name} to be the kernel's");
        return (await host.Run("sh", "-c", Questions)).Output;
    }

    /// <summary>Demands that a host is as it was. A process that has said its last word may take a moment to
    /// end.</summary>
    /// <param name="host">The host.</param>
    /// <param name="before">What <see cref="Take"/> gave then.</param>
    /// <param name="but">Lines with one of these words don't count.</param>
    public static async Task IsAgain(Host host, string before, params string[] but)
    {
        var wanted = Without(before);
        var last = "";
        try
        {
            await Eventually.Until(async () => (last = Without(await Take(host))) == wanted, Patience,
                $"{host.Name} to be as it was");
        }
        catch (LabException) when (last.Length > 0)
        {
            // Shows where they differ.
            Assert.Equal(wanted, last);
        }

        string Without(string text) => string.Join('\n',
            text.Split('\n').Where(l => !but.Any(w => l.Contains(w, StringComparison.Ordinal))));
    }
}
