namespace Holdfast.Engine.Routing;

/// <summary>The MTU of a tunnel whose file gives none: wg-quick's rule.</summary>
public static class TunnelMtu
{
    /// <summary>What a packet grows by at most: IPv6 40, UDP 8, WireGuard 32 (bytes).</summary>
    public const int Overhead = 80;

    private const int Ethernet = 1500;

    /// <summary>The largest MTU on the way to an endpoint, else that of the default route, else 1500; less
    /// <see cref="Overhead"/>. Never below what IPv4 needs (68 bytes, RFC 791).</summary>
    public static int For(IEnumerable<int> endpointMtus, int? defaultMtu)
    {
        int outer = endpointMtus.Append(0).Max();
        if (outer == 0) outer = defaultMtu is > 0 ? defaultMtu.Value : Ethernet;
        return Math.Clamp(outer - Overhead, 68, 65535);
    }
}
