namespace Holdfast.Labs;

/// <summary>One end of a link: an interface of a host.</summary>
/// <param name="Host">The host.</param>
/// <param name="Interface">The interface's name in it.</param>
/// <param name="Addresses">Its addresses with their prefix lengths, such as 192.0.2.1/28.</param>
public sealed record LinkEnd(Host Host, string Interface, IReadOnlyList<string> Addresses)
{
    /// <summary>Its first IPv4 address.</summary>
    /// <exception cref="LabException">It has none.</exception>
    public string V4 => First(v6: false);

    /// <summary>Its first IPv6 address.</summary>
    /// <exception cref="LabException">It has none.</exception>
    public string V6 => First(v6: true);

    /// <summary>Host and interface.</summary>
    public override string ToString() => $"{Host.Name}:{Interface}";

    internal Task Configure(int mtu)
    {
        // Without an address of its own making, an interface is silent until a test speaks.
        var lines = new List<string>
        {
            $"link set dev {Interface} addrgenmode none",
            $"link set dev {Interface} mtu {mtu} txqueuelen 1000 up",
        };
        lines.AddRange(Addresses.Select(a => $"addr add {a} dev {Interface}{(IsV6(a) ? " nodad" : "")}"));
        return Host.Ip(lines);
    }

    private string First(bool v6) => Addresses.FirstOrDefault(a => IsV6(a) == v6)?.Split('/')[0]
        ?? throw new LabException($"{this} has no IPv{(v6 ? 6 : 4)} address");

    private static bool IsV6(string address) => address.Contains(':', StringComparison.Ordinal);
}
