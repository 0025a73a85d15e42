namespace Holdfast.CommandLine;

/// <summary>What is true of every verb: for the man page and docs/cli.md.</summary>
internal static class Common
{
    /// <summary>Exit codes.</summary>
    public static readonly (string Term, string What)[] ExitCodes =
    [
        ($"{ExitCode.Done}", "It is done"),
        ($"{ExitCode.Failed}", "It was tried and failed; standard error says what, where and what to do"),
        ($"{ExitCode.Usage}", "The command line can't be understood"),
        ($"{ExitCode.Unreachable}", "The tunnel's engine, or the daemon, can't be reached"),
        ($"{ExitCode.Degraded}", "It works, but not as well as it should"),
    ];

    /// <summary>Files.</summary>
    public static readonly (string Term, string What)[] Files =
    [
        ("/etc/holdfast/holdfast.yaml", "The node's file, which holdfast daemon runs"),
        ("/etc/wireguard/NAME.conf, /etc/holdfast/NAME.conf", "A tunnel's wg-quick file, looked for in this order"),
        ("/run/holdfast/NAME.sock", "A tunnel's control socket"),
        ("/var/run/wireguard/NAME.sock", "WireGuard's userspace interface, for wg"),
        ("/var/lib/holdfast/", "What outlives a restart"),
    ];

    /// <summary>Environment variables.</summary>
    public static readonly (string Term, string What)[] Variables =
    [
        ("HOLDFAST_RUN_DIR", "Stands in for /run/holdfast"),
        ("HOLDFAST_STATE_DIR", "Stands in for /var/lib/holdfast"),
    ];
}
