using System.Net;

namespace Holdfast.Engine.Config;

/// <summary>Reads endpoints: <c>host:port</c>, <c>[v6]:port</c>, and in YAML the same behind <c>udp://</c>.</summary>
internal static class EndpointText
{
    private const string Hint = "write HOST:PORT, ADDRESS:PORT or [IPV6-ADDRESS]:PORT";

    private static readonly string[] Later = ["tcp", "ws", "wss", "icmp", "dns"];

    /// <summary>Takes <c>scheme://</c> off a URI; only udp, or no scheme at all, is carried by this version.</summary>
    public static bool TryUdp(string text, out string rest, out Problem problem)
    {
        rest = text;
        problem = default;
        int at = text.IndexOf("://", StringComparison.Ordinal);
        if (at < 0) return true;
        rest = text[(at + 3)..];
        string scheme = text[..at];
        if (scheme == "udp") return true;
        problem = Later.Contains(scheme)
            ? new($"transport {scheme}:// is not supported by this version", "use udp://")
            : new($"unknown transport {ConfigFindings.Quote(scheme)}", "use udp://");
        return false;
    }

    /// <summary>An endpoint as wg(8) takes it; the port stands behind the last colon, so that an IPv6 address without
    /// brackets is understood too.</summary>
    public static bool TryEndpoint(string text, out EndpointSpec value, out Problem problem)
    {
        value = new("", 0, null);
        problem = new($"{ConfigFindings.Quote(text)} is not an endpoint", Hint);
        int colon = text.LastIndexOf(':');
        if (colon <= 0) return false;
        string host = text[..colon];
        bool bracketed = host[0] == '[';
        if (bracketed)
        {
            if (host.Length < 3 || host[^1] != ']') return false;
            host = host[1..^1];
        }
        if (!TryHost(host, out var address)) return false;
        if (!TryPort(text.AsSpan(colon + 1), out ushort port) || port == 0)
        {
            problem = new($"the port of {ConfigFindings.Quote(text)} is not a number from 1 to 65535", Hint);
            return false;
        }
        value = new(host, port, address);
        problem = default;
        return true;
    }

    /// <summary>A port from 0 to 65535.</summary>
    public static bool TryPort(ReadOnlySpan<char> text, out ushort port)
        => NumberText.TryDecimal(text, out port);

    // A zone (fe80::1%eth0) is left to whoever resolves: which interface it names depends on the moment.
    private static bool TryHost(string host, out IPAddress? address)
    {
        address = null;
        if (AddressText.TryAddress(host, out var literal))
        {
            address = literal;
            return true;
        }
        int zone = host.IndexOf('%', StringComparison.Ordinal);
        if (zone > 0)
        {
            return host.AsSpan(0, zone).Contains(':') && AddressText.TryAddress(host.AsSpan(0, zone), out _)
                && InterfaceName.IsValid(host.AsSpan(zone + 1));
        }
        return host.Length is > 0 and <= ConfigLimits.HostName && !host.Contains(':', StringComparison.Ordinal)
            && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')
            && char.IsAsciiLetterOrDigit(host[0]) | host[0] == '_';
    }
}
