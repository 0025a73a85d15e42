using System.Text.Json;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Failures;

/// <summary>
/// A site with two uplinks, and a hub, both run by the daemon. The wire isp1 has public addresses, isp2 hides the site behind a NAT.
/// </summary>
internal sealed class TwoUplinks
{
    public const string Plain = "isp1", Hidden = "isp2", Tunnel = "hf0";

    private const string File = "/etc/holdfast/holdfast.yaml";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Host, HostProcess> _daemons = [];

    private TwoUplinks(Lab lab) => (Lab, Hub, Site) = (lab, lab.Host("hub"), lab.Host("site"));

    public Lab Lab { get; }

    public Host Hub { get; }

    public Host Site { get; }

    public IReadOnlyList<Wire> Wires => [Lab.Wire(Plain), Lab.Wire(Hidden)];

    /// <summary>Lays the wires and writes both files.</summary>
    /// <param name="lab">A lab without site and hub.</param>
    /// <param name="mode">How paths are used.</param>
    /// <param name="behindSite">A prefix that is routed to the site as well.</param>
    /// <param name="behindHub">A prefix that is routed to the hub as well.</param>
    public static async Task<TwoUplinks> Lay(Lab lab, string mode, string? behindSite = null, string? behindHub = null)
    {
        var options = new HostOptions
        {
            Forwards = behindSite is not null || behindHub is not null,
            // A host that changes its address keeps the next one, as most distributions have it.
            Sysctls = new Dictionary<string, string> { ["net.ipv4.conf.all.promote_secondaries"] = "1" },
        };
        var (site, hub) = (await lab.AddHost("site", options), await lab.AddHost("hub", options));
        await lab.AddWire(site, hub, WireOptions.With(Line(10), Plain));
        await lab.AddWire(site, hub, WireOptions.With(Line(20), Hidden) with { Nat = new NatOptions() });
        var net = new TwoUplinks(lab);
        var endpoints = string.Join(", ", net.Wires.Select(w => $"\"{WgFile.At(w.Far.V4)}\""));
        hub.WriteFile(File, Yaml(mode, KeyPair.Hub, WgFile.HubV4, $"name: site, public_key: \"{KeyPair.Site.Public}\", "
            + $"allowed_ips: [{Prefixes(WgFile.SiteV4, behindSite)}]"));
        site.WriteFile(File, Yaml(mode, KeyPair.Site, WgFile.SiteV4, $"name: hub, public_key: \"{KeyPair.Hub.Public}\", "
            + $"allowed_ips: [{Prefixes(WgFile.HubV4, behindHub)}], endpoints: [{endpoints}]"));
        return net;
    }

    /// <summary>Starts both daemons, and waits until each wire is a path at both ends.</summary>
    public async Task Start()
    {
        await Start(Hub);
        await Start(Site);
        await Site.Carries(WgFile.HubV4, Patience);
        await BothWork(Patience);
    }

    /// <summary>Starts a host's daemon.</summary>
    public async Task Start(Host host)
    {
        _daemons[host] = host.Start(HoldfastBinary.Path, "daemon", "--config", File);
        await _daemons[host].WaitForLine($"{Tunnel} is up", Patience);
    }

    /// <summary>Ends a host's daemon by a signal, and waits until it is gone.</summary>
    public async Task End(Host host, Signal signal)
    {
        await _daemons[host].Kill(signal);
        await _daemons[host].Ends(Patience);
    }

    /// <summary>Waits until both wires are paths that work, at both ends.</summary>
    public async Task BothWork(TimeSpan within)
    {
        foreach (var host in new[] { Site, Hub })
            await Eventually.Gives(() => Working(host), working => working is "isp1, isp2", within, $"paths by both wires at {host.Name}");
    }

    /// <summary>The uplinks by which a host has a path that is up.</summary>
    public static async Task<string> Working(Host host)
    {
        var list = await host.TryHoldfast("path", "list", Tunnel, "--json");
        return string.Join(", ", JsonDocument.Parse(list.Output).RootElement.EnumerateArray().Select(p => p.GetProperty("path"))
            .Where(p => p.GetProperty("state").GetString() == "up").Select(p => p.GetProperty("uplink").GetString())
            .Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>What `holdfast path list` says to people.</summary>
    public static async Task<string> PathList(Host host)
    {
        var list = await host.TryHoldfast("path", "list", Tunnel);
        return $"{host.Name}: holdfast path list\n{list.Output}{(list.Errors.Length > 0 ? $"\n{list.Errors}" : "")}";
    }

    private static Faults Line(double milliseconds) => new() { Delay = TimeSpan.FromMilliseconds(milliseconds) };

    private static string Prefixes(string inside, string? behind) => $"{inside}/32{(behind is null ? "" : $", {behind}")}";

    private static string Yaml(string mode, KeyPair own, string address, string peer) => $$"""
        uplinks: [{interface: {{Plain}}}, {interface: {{Hidden}}}]
        tunnels:
        - name: {{Tunnel}}
          private_key: "{{own.Private}}"
          addresses: [{{address}}/24]
          listen: ["udp://:{{WgFile.Port}}"]
          peers:
          - {{{peer}}, paths: {{mode}}}
        """;
}
