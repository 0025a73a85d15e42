using System.Diagnostics;
using System.Text.Json;

namespace Holdfast.LabTests.Scenarios;

/// <summary>
/// A site with two uplinks, each with a router of its own, and a hub behind both: what routers say, and what is made of it. Times are
/// told, not judged: machines are shared.
/// </summary>
public sealed class RoutedTests : LabTest
{
    private const string File = "/etc/holdfast/holdfast.yaml";
    private const int Rate = 2000, Packets = 16_000, Bytes = 200;

    // A route over a link without carrier is no route: that is how routers behave that look after their links. Linux says once a second that there
    // is none, five times at once, and half of that with its usual limit for ICMP; probes of pairs of addresses between which there is no way
    // use up some of it.
    private static readonly HostOptions Router = new()
    {
        Forwards = true,
        Sysctls = new Dictionary<string, string>
        {
            ["net.ipv4.conf.all.ignore_routes_with_linkdown"] = "1",
            ["net.ipv4.icmp_ratelimit"] = "0",
        },
    };

    private Lab _lab = null!;
    private Host _hub = null!, _site = null!;

    [Fact]
    public async Task A_router_that_says_unreachable_is_heard()
    {
        var told = await GapOfPulledWire();
        Say($"the router's far wire is pulled under {Rate} packets/s: longest gap {told.LongestGapMs:F1} ms");
        Assert.Equal(0, told.Lost);
        var log = (await _site.Holdfast("log", "hf0")).Output;
        Assert.Contains("ICMP: network unreachable from " + _lab.Wire("isp1").Far.V4, log, StringComparison.Ordinal);
        Assert.Contains(await Paths(), p => Text(p, "cause").StartsWith("ICMP: network unreachable from ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_too_big_for_the_next_path_is_cut_on_its_way()
    {
        await DrawTwoRouters(secondMtu: 1400); // a full packet makes one of 1,480 bytes
        await Start();
        Assert.Equal("isp1", await Leader());
        await using var file = await FileTransfer.Begin(_site, _hub, WgFile.HubV4, bytes: 12_000_000, rate: 4_000_000);
        var pings = Ping.Run(_site, WgFile.HubV4, count: 200, Milliseconds(10), size: 1392);
        await file.HasArrived(4_000_000, Seconds(20));
        _lab.Wire("isp1").Cut();
        var answered = await pings;
        var (sent, received) = await file.Ends(Seconds(60));
        Say($"{answered.Received} of {answered.Sent} full pings came back; longest silence of the file "
            + $"{file.Silences.Select(s => s.SilenceMs).DefaultIfEmpty().Max():F0} ms");
        Assert.Equal("isp2", await Leader());
        Assert.Equal((sent.Sent, sent.Sha256), (received.Received, received.Sha256));
        Assert.Equal(answered.Sent, answered.Received);
    }

    [Fact]
    public async Task A_plain_peer_is_met_at_its_next_address_soon()
    {
        var times = await Task.WhenAll(TimeOfNextAddress(icmp: false), TimeOfNextAddress(icmp: true));
        var (silent, told) = (times[0], times[1]);
        Say($"a plain peer's first address becomes unreachable: {silent.TotalSeconds:F1} s until its second one is used without ICMP, "
            + $"{told.TotalSeconds:F1} s with it");
        Assert.True(told < silent, $"{told} with ICMP, {silent} without");
    }

    private async Task<UdpReceived> GapOfPulledWire()
    {
        await DrawTwoRouters();
        await Start();
        Assert.Equal("isp1", await Leader());
        var stream = Agent.SendDatagrams(_site, _hub, WgFile.HubV4, Rate, Bytes, Packets);
        var before = await Received();
        await Eventually.Gives(Received, now => now > before + (Packets * 5 / 8), Seconds(30), "the stream to be under way");
        _lab.Wire("up1").Unplug(WireSide.Near); // at the router: the hub sees nothing
        return await stream;
    }

    private async Task<TimeSpan> TimeOfNextAddress(bool icmp)
    {
        var lab = await Draw("site", "hub");
        var (hub, site) = (lab.Host("hub"), lab.Host("site"));
        var router = await AddRouter(lab, "router", icmp);
        var isp = await lab.AddWire(site, router, new WireOptions { Name = "isp" });
        var ups = new[]
        {
            await lab.AddWire(router, hub, new WireOptions { Name = "up1" }),
            await lab.AddWire(router, hub, new WireOptions { Name = "up2" }),
        };
        await site.Ip($"route add default via {isp.Far.V4} dev isp");
        await hub.Ip($"route add default via {ups[1].Near.V4} dev up2");
        await hub.WireGuardGo(WgFile.Hub());
        var endpoints = string.Join(", ", ups.Select(w => $"\"{WgFile.At(w.Far.V4)}\""));
        await StartAt(site, Yaml("", KeyPair.Site, WgFile.SiteV4, KeyPair.Hub, WgFile.HubV4, $", endpoints: [{endpoints}]"));
        await site.Carries(WgFile.HubV4, Seconds(10));
        ups[0].Unplug(WireSide.Near);
        var clock = Stopwatch.StartNew();
        await site.Carries(WgFile.HubV4, Seconds(90));
        return clock.Elapsed;
    }

    private async Task DrawTwoRouters(int secondMtu = 1500)
    {
        _lab = await Draw("site", "hub");
        (_hub, _site) = (_lab.Host("hub"), _lab.Host("site"));
        foreach (var number in new[] { 1, 2 })
        {
            var router = await AddRouter(_lab, $"router{number}", icmp: true);
            var isp = await _lab.AddWire(_site, router, WireOptions.With(new Faults { Delay = Milliseconds(2) }, $"isp{number}"));
            // The first one leads.
            var options = WireOptions.With(new Faults { Delay = Milliseconds(8 * number) }, $"up{number}");
            var up = await _lab.AddWire(router, _hub, options with { InterfaceMtu = number == 1 ? 1500 : secondMtu });
            await _site.Ip($"route add default via {isp.Far.V4} dev isp{number} metric {number}00");
            await _hub.Ip($"route add default via {up.Near.V4} dev up{number} metric {number}00");
        }
    }

    private static async Task<Host> AddRouter(Lab lab, string name, bool icmp)
    {
        var router = await lab.AddHost(name, Router);
        if (!icmp)
        {
            await router.Run("nft", "add table inet quiet; add chain inet quiet out { type filter hook output priority 0; }; "
                + "add rule inet quiet out icmp type destination-unreachable drop");
        }
        return router;
    }

    private async Task Start()
    {
        var endpoints = string.Join(", ", new[] { "up1", "up2" }.Select(w => $"\"{WgFile.At(_lab.Wire(w).Far.V4)}\""));
        await StartAt(_hub, Yaml("up", KeyPair.Hub, WgFile.HubV4, KeyPair.Site, WgFile.SiteV4, ""));
        await StartAt(_site, Yaml("isp", KeyPair.Site, WgFile.SiteV4, KeyPair.Hub, WgFile.HubV4, $", endpoints: [{endpoints}]"));
        await _site.Carries(WgFile.HubV4, Seconds(10));
        await Eventually.Gives(Paths, all => Up(all).SequenceEqual(["isp1", "isp2"]), Seconds(10), "paths by both routers");
        await _site.Holdfast("path", "pin", "hf0", KeyPair.Hub.Public, "isp1");
        await _site.Holdfast("path", "release", "hf0", KeyPair.Hub.Public, "isp1");
    }

    private static async Task StartAt(Host host, string yaml)
    {
        host.WriteFile(File, yaml);
        await host.Start(HoldfastBinary.Path, "daemon", "--config", File).WaitForLine("hf0 is up", Seconds(10));
    }

    private static string Yaml(string uplink, KeyPair own, string address, KeyPair peer, string allowed, string endpoints) => $"""
        {(uplink.Length == 0 ? "" : $"uplinks: [{{interface: {uplink}1}}, {{interface: {uplink}2}}]")}
        tunnels:
        - name: hf0
          private_key: "{own.Private}"
          addresses: [{address}/24]
          listen: ["udp://:{WgFile.Port}"]
          peers:
          - {"{"}public_key: "{peer.Public}", allowed_ips: [{allowed}/32]{endpoints}{"}"}
        """;

    private async Task<string> Leader() => Text((await Paths()).Single(p => p.GetProperty("carries").GetBoolean()), "uplink");

    private static string[] Up(JsonElement[] paths) =>
        [.. paths.Where(p => Text(p, "state") == "up").Select(p => Text(p, "uplink")).Distinct().Order(StringComparer.Ordinal)];

    private async Task<JsonElement[]> Paths() => [.. (await Peer(_site)).GetProperty("paths").EnumerateArray()];

    private async Task<long> Received() => (await Peer(_hub)).GetProperty("received_packets").GetInt64();

    private static async Task<JsonElement> Peer(Host host) =>
        JsonDocument.Parse((await host.TryHoldfast("status", "hf0", "--json")).Output).RootElement.GetProperty("peers")[0];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
