namespace Holdfast.Labs;

/// <summary>How a host is made.</summary>
public sealed record HostOptions
{
    /// <summary>A plain host.</summary>
    public static readonly HostOptions Usual = new();

    /// <summary>It forwards packets between its interfaces, IPv4 and IPv6.</summary>
    public bool Forwards { get; init; }

    /// <summary>Further sysctls, such as ("net.ipv4.conf.all.rp_filter", "1").</summary>
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();
}
