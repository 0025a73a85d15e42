namespace Holdfast.Labs;

/// <summary>
/// The addresses that links get when the caller names none, from the prefixes for documentation (RFC 5737, RFC 3849):
/// a /28 and a /64 for each link.
/// </summary>
internal static class AddressPlan
{
    /// <summary>Links that a lab has addresses for.</summary>
    public const int MostLinks = 48;

    /// <summary>Hosts on one link.</summary>
    public const int MostHosts = 14;

    private static readonly string[] Prefixes = ["192.0.2", "198.51.100", "203.0.113"];

    /// <summary>Addresses with their prefix lengths.</summary>
    /// <param name="link">The link's number from 0.</param>
    /// <param name="host">The host's number on it from 1.</param>
    /// <exception cref="LabException">There are no more.</exception>
    public static string[] Public(int link, int host)
    {
        if (link >= MostLinks || host > MostHosts)
            throw new LabException($"no address for host {host} on link {link}: name the addresses yourself");
        return [$"{Prefixes[link % 3]}.{link / 3 * 16 + host}/28", $"2001:db8:{link + 1:x}::{host:x}/64"];
    }

    /// <summary>Addresses behind a NAT, with their prefix lengths.</summary>
    /// <param name="link">The link's number from 0.</param>
    /// <param name="v6">IPv6 is hidden too; else it is public.</param>
    public static string[] Hidden(int link, bool v6)
        => [$"192.168.{link + 1}.2/24", v6 ? $"fd00:0:0:{link + 1:x}::2/64" : Public(link, 1)[1]];
}
