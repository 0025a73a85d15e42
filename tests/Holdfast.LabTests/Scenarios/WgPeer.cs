using System.Text;

namespace Holdfast.LabTests.Scenarios;

/// <summary>A [Peer] of a wg-quick file.</summary>
internal sealed record WgPeer(KeyPair Key)
{
    public string AllowedIps { get; init; } = "";

    /// <summary>Address and port, or null.</summary>
    public string? Endpoint { get; init; }

    public string? Preshared { get; init; }

    /// <summary>Seconds; 0 is off.</summary>
    public int Keepalive { get; init; }

    public void Write(StringBuilder text)
    {
        text.Append($"[Peer]\nPublicKey = {Key.Public}\n");
        // An empty list is something that wg(8) does not read.
        if (AllowedIps.Length > 0)
            text.Append($"AllowedIPs = {AllowedIps}\n");
        if (Endpoint is not null)
            text.Append($"Endpoint = {Endpoint}\n");
        if (Preshared is not null)
            text.Append($"PresharedKey = {Preshared}\n");
        if (Keepalive > 0)
            text.Append($"PersistentKeepalive = {Keepalive}\n");
    }
}
