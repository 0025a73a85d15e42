namespace Holdfast.Labs;

/// <summary>What a machine needs for the lab.</summary>
public static class LabRequirements
{
    private static readonly (string Program, string Package)[] Programs =
    [
        ("ip", "iproute2"), ("tc", "iproute2"), ("ss", "iproute2"), ("nft", "nftables"), ("ping", "iputils-ping"),
        ("iperf3", "iperf3"), ("wg", "wireguard-tools"), ("wg-quick", "wireguard-tools"),
        ("wireguard-go", "wireguard-go"), ("tcpdump", "tcpdump"), ("ethtool", "ethtool"), ("unshare", "util-linux"),
        ("nsenter", "util-linux"), ("mount", "mount"), ("sysctl", "procps"), ("ps", "procps"), ("modprobe", "kmod"),
        ("qemu-system-x86_64", "qemu-system-x86"), ("busybox", "busybox-static"),
    ];

    private static readonly (string Program, string Package)[] BenchmarkPrograms =
        [("openvpn", "openvpn"), ("openssl", "openssl"), ("mptcpize", "mptcpize")];

    /// <summary>Lists what is missing: Debian packages by name, root, /dev/net/tun.</summary>
    /// <param name="programs">Only these programs are wanted; none named means all that tests need; those that are
    /// only for benchmarks have to be named.</param>
    /// <returns>One line for people, or null when nothing is missing.</returns>
    public static string? Check(params string[] programs)
    {
        var missing = MissingPackages(programs, Directories().ToList());
        var needs = new List<string>();
        if (missing.Count > 0)
            needs.Add($"Debian packages (apt-get install {string.Join(' ', missing)})");
        if (!Environment.IsPrivilegedProcess)
            needs.Add("root");
        if (!File.Exists("/dev/net/tun"))
            needs.Add("/dev/net/tun");
        return needs.Count == 0 ? null : $"the lab needs {string.Join(", ", needs)}";
    }

    internal static IReadOnlyList<string> MissingPackages(string[] programs, IReadOnlyList<string> directories)
        => [.. (programs.Length == 0 ? Programs
                : Programs.Concat(BenchmarkPrograms).Where(p => programs.Contains(p.Program)))
            .Where(p => !directories.Any(d => File.Exists(Path.Combine(d, p.Program))))
            .Select(p => p.Package).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The search path for programs: the caller's, and where Debian keeps the administrator's.</summary>
    internal static IEnumerable<string> Directories()
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"]).Distinct();
}
