using System.Text;

namespace Holdfast.LabTests.Scenarios;

/// <summary>
/// A wg-quick file of one end. Unless a test says otherwise, the hub is 10.7.0.1 and fd07::1 and listens on port
/// 51820; the site is 10.7.0.2 and fd07::2.
/// </summary>
internal sealed record WgFile(string Name, KeyPair Key)
{
    public const string HubV4 = "10.7.0.1", HubV6 = "fd07::1", SiteV4 = "10.7.0.2", SiteV6 = "fd07::2";

    public const int Port = 51820;

    /// <summary>With prefix lengths.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public int? ListenPort { get; init; }

    /// <summary>Further lines of [Interface].</summary>
    public IReadOnlyList<string> More { get; init; } = [];

    public IReadOnlyList<WgPeer> Peers { get; init; } = [];

    public string Path => $"/etc/wireguard/{Name}.conf";

    /// <summary>The hub's file, which knows the site.</summary>
    public static WgFile Hub(string? siteEndpoint = null) => new("wg0", KeyPair.Hub)
    {
        Addresses = [$"{HubV4}/24", $"{HubV6}/64"],
        ListenPort = Port,
        Peers = [new WgPeer(KeyPair.Site) { AllowedIps = $"{SiteV4}/32, {SiteV6}/128", Endpoint = siteEndpoint }],
    };

    /// <summary>The site's file, which knows the hub.</summary>
    public static WgFile Site(string? hubEndpoint) => new("wg0", KeyPair.Site)
    {
        Addresses = [$"{SiteV4}/24", $"{SiteV6}/64"],
        Peers = [new WgPeer(KeyPair.Hub) { AllowedIps = $"{HubV4}/32, {HubV6}/128", Endpoint = hubEndpoint }],
    };

    /// <summary>An address and the usual port, as an endpoint is written.</summary>
    public static string At(string address, int port = Port)
        => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";

    /// <summary>The same file with its only peer changed.</summary>
    public WgFile WithPeer(Func<WgPeer, WgPeer> change) => this with { Peers = [change(Peers.Single())] };

    public WgFile With(params string[] lines) => this with { More = [.. More, .. lines] };

    /// <summary>The whole file.</summary>
    public override string ToString()
    {
        var text = Interface();
        foreach (var address in Addresses)
            text.Append($"Address = {address}\n");
        foreach (var line in More)
            text.Append(line).Append('\n');
        return WithPeers(text);
    }

    /// <summary>What wg(8) takes of it.</summary>
    public string ForWg()
    {
        var text = Interface();
        foreach (var line in More.Where(l => l.StartsWith("FwMark", StringComparison.Ordinal)))
            text.Append(line).Append('\n');
        return WithPeers(text);
    }

    private StringBuilder Interface()
    {
        var text = new StringBuilder($"[Interface]\nPrivateKey = {Key.Private}\n");
        if (ListenPort is { } port)
            text.Append($"ListenPort = {port}\n");
        return text;
    }

    private string WithPeers(StringBuilder text)
    {
        foreach (var peer in Peers)
            peer.Write(text.Append('\n'));
        return text.ToString();
    }
}
