using Holdfast.Engine.Transports;
using Holdfast.Linux.Tun;

namespace Holdfast.Engine.DataPlane;

/// <summary>
/// What is left to device, sockets and the faster library for ciphers, and they to us. All of it, but for what the environment's
/// HOLDFAST_NO_OFFLOAD lists, for hosts where something gets it wrong: tun-tcp, tun-udp, tun-checksum, tun-write, udp-send,
/// udp-receive, ciphers, or all.
/// </summary>
internal sealed record Offload
{
    private const string Variable = "HOLDFAST_NO_OFFLOAD";

    private static readonly string[] Words =
        ["tun-tcp", "tun-udp", "tun-checksum", "tun-write", "udp-send", "udp-receive", "ciphers", "all"];

    /// <summary>What the host leaves to us on the way out.</summary>
    internal TunOffload Tun { get; private init; } = TunOffload.Checksums | TunOffload.Tcp | TunOffload.Udp;

    /// <summary>Whether segments are joined before they go to the host.</summary>
    internal bool Joins { get; private init; } = true;

    /// <summary>Whether the kernel cuts datagrams out of longer messages.</summary>
    internal bool SendsRuns { get; private init; } = true;

    /// <summary>Whether the kernel puts received datagrams together.</summary>
    internal bool ReceivesRuns { get; private init; } = true;

    /// <summary>Whether ciphers are left to the faster library where there is one.</summary>
    internal bool Ciphers { get; private init; } = true;

    /// <summary>What this process's environment leaves of it.</summary>
    internal static Offload FromEnvironment() => Parse(Environment.GetEnvironmentVariable(Variable) ?? "");

    /// <summary>What was asked for and the kernel does not have, each as what it does not do.</summary>
    internal IEnumerable<string> MissingIn(TunDevice device, UdpTransport transport)
    {
        var missing = Tun & ~device.Offload;
        if (missing.HasFlag(TunOffload.Tcp)) yield return "leave checksums and the cutting of TCP to the tunnel (TUNSETOFFLOAD)";
        else if (missing.HasFlag(TunOffload.Udp)) yield return "leave the cutting of UDP to the tunnel (TUN_F_USO4, Linux 6.2)";
        if (ReceivesRuns && !transport.JoinsReceived)
            yield return "put received datagrams together (UDP_GRO, Linux 5.0)";
    }

    /// <summary>Everything but what is listed, with commas between.</summary>
    /// <exception cref="IOException">Something else is listed.</exception>
    internal static Offload Parse(string off)
    {
        var words = off.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (words.FirstOrDefault(word => !Words.Contains(word)) is { } other)
            throw new IOException($"{Variable}: '{other}' is not one of {string.Join(", ", Words)}");
        bool Off(string word) => words.Contains(word) || words.Contains("all");
        var tun = (Off("tun-tcp") ? TunOffload.None : TunOffload.Tcp) | (Off("tun-udp") ? TunOffload.None : TunOffload.Udp);
        return new Offload
        {
            Tun = Off("tun-checksum") ? TunOffload.None : tun | TunOffload.Checksums,
            Joins = !Off("tun-write"),
            SendsRuns = !Off("udp-send"),
            ReceivesRuns = !Off("udp-receive"),
            Ciphers = !Off("ciphers"),
        };
    }
}
