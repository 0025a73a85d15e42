using System.Text.Json;

namespace Holdfast.LabTests.Scenarios;

/// <summary>A site with two uplinks: what `holdfast uplink list` says of them, and what a tunnel does when one goes.</summary>
public sealed class UplinkTests : LabTest
{
    // The hub's address that no wire's network has: the default routes lead there.
    private const string HubAddress = "203.0.113.200";
    private const string Path = "/etc/holdfast/holdfast.yaml";

    [Fact]
    public async Task The_list_follows_carrier_addresses_routes_and_hotplug()
    {
        var (lab, hub, site) = await DrawTwo();
        await hub.Up(WgFile.Hub());
        site.WriteFile(Path, Yaml("- {interface: isp1, weight: 200}\n- {interface: isp2, metered: true}\n- {interface: usb0}"));
        var daemon = site.Start(HoldfastBinary.Path, "daemon", "--config", Path);
        await daemon.WaitForLine("hf0 is up", Seconds(10));
        await site.Carries(WgFile.HubV4, Seconds(5));
        await Shows(site, 4, ("isp1", "up"), ("isp2", "up"), ("usb0", "gone"));
        var list = (await Uplinks(site)).RootElement;
        Assert.Equal((200, false), (list[0].GetProperty("weight").GetInt32(), list[0].GetProperty("metered").GetBoolean()));
        Assert.Equal((lab.Veth("isp1").Far.V4, true),
            (list[0].GetProperty("gateway_v4").GetString(), list[0].GetProperty("bound").GetBoolean()));
        Assert.True(list[1].GetProperty("metered").GetBoolean());

        await hub.Ip("link set dev isp2 down");
        await Shows(site, 4, ("isp1", "up"), ("isp2", "no carrier"), ("usb0", "gone"));
        Assert.Contains("no carrier", (await site.TryHoldfast("uplink", "list")).Output);
        await hub.Ip("link set dev isp2 up");
        await Shows(site, 4, ("isp1", "up"), ("isp2", "up"), ("usb0", "gone"));

        var near = lab.Veth("isp1").Near;
        await site.Ip([.. near.Addresses.Select(a => $"address del {a} dev isp1")]);
        await Shows(site, 4, ("isp1", "no address"), ("isp2", "up"), ("usb0", "gone"));
        await site.Ip([.. near.Addresses.Select(a => $"address add {a} dev isp1 nodad")]);
        await Shows(site, 4, ("isp1", "no gateway"), ("isp2", "up"), ("usb0", "gone"));
        await site.Ip(Default(lab, "isp1", 100));
        await Shows(site, 4, ("isp1", "up"), ("isp2", "up"), ("usb0", "gone"));

        await lab.AddVeth(site, hub, new VethOptions { Name = "usb0" });
        await Shows(site, 0, ("isp1", "up"), ("isp2", "up"), ("usb0", "up"));
        Assert.Equal(["isp1", "isp2", "usb0"], await Bound(site));
        await site.Ip("link del usb0");
        await Shows(site, 4, ("isp1", "up"), ("isp2", "up"), ("usb0", "gone"));

        // Another list counts without a word to the tunnel's peers.
        var handshake = (await site.Run("wg", "show", "hf0", "latest-handshakes")).Output;
        site.WriteFile(Path, Yaml("- {interface: isp2}"));
        await daemon.Kill(Signal.Hup);
        await Shows(site, 0, ("isp2", "up"));
        Assert.Equal(["isp2"], await Bound(site));
        Assert.Equal(handshake, (await site.Run("wg", "show", "hf0", "latest-handshakes")).Output);
        await site.Carries(WgFile.HubV4, Seconds(5));
    }

    [Fact]
    public async Task A_session_with_a_plain_peer_survives_the_uplink_that_it_uses()
    {
        var (lab, hub, site) = await DrawTwo();
        var far = await hub.WireGuardGo(WgFile.Hub());
        await site.Up(WgFile.Site(WgFile.At(HubAddress)));
        await using var session = await EchoSession.Open(site, hub, WgFile.HubV4);
        await Shows(site, 0, ("isp1", "up"), ("isp2", "up"));
        Assert.StartsWith($"{lab.Veth("isp1").Near.V4}:", await far.Endpoint(), StringComparison.Ordinal);

        await hub.Ip("link set dev isp1 down");
        await Eventually.Gives(() => far.Endpoint(),
            e => e.StartsWith($"{lab.Veth("isp2").Near.V4}:", StringComparison.Ordinal), Seconds(2), "the hub to see the site at isp2");
        await session.Advances(Seconds(2));
        await Shows(site, 4, ("isp1", "no carrier"), ("isp2", "up"));
        var progress = await session.Close();
        Say($"longest gap {progress.LongestGapMs:F0} ms");
    }

    [Fact]
    public async Task One_uplink_alone_is_left_to_the_routes_and_no_engine_is_said()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = (lab.Host("hub"), lab.Host("site"));
        Assert.Equal(3, (await site.TryHoldfast("uplink", "list")).ExitCode);
        await site.Ip($"route add default via {lab.Veth("isp").Far.V4}");
        await hub.Up(WgFile.Hub());
        await site.Up(WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)));
        await site.Carries(WgFile.HubV4, Seconds(5));
        await Shows(site, 0, ("isp", "up"));
        Assert.Empty(await Bound(site));
    }

    private async Task<(Lab Lab, Host Hub, Host Site)> DrawTwo()
    {
        var lab = await Draw("site -isp1- hub", "site -isp2- hub");
        var (hub, site) = (lab.Host("hub"), lab.Host("site"));
        await hub.Ip($"address add {HubAddress}/32 dev lo");
        await site.Ip(Default(lab, "isp1", 100), Default(lab, "isp2", 200));
        return (lab, hub, site);
    }

    private static string Default(Lab lab, string uplink, int metric) =>
        $"route add default via {lab.Veth(uplink).Far.V4} dev {uplink} metric {metric}";

    private static string Yaml(string uplinks) => $"""
        uplinks:
        {uplinks}
        tunnels:
        - name: hf0
          private_key: "{KeyPair.Site.Private}"
          addresses: [{WgFile.SiteV4}/24]
          peers:
          - {"{"}public_key: "{KeyPair.Hub.Public}", allowed_ips: [{WgFile.HubV4}/32], endpoints: ["{HubAddress}:{WgFile.Port}"]{"}"}
        """;

    private static async Task<JsonDocument> Uplinks(Host site) =>
        JsonDocument.Parse((await site.TryHoldfast("uplink", "list", "--json")).Output);

    /// <summary>Waits until the list says this, and the exit code too.</summary>
    private static Task<string> Shows(Host site, int code, params (string Interface, string State)[] uplinks)
    {
        var wanted = $"{code}: {string.Join(", ", uplinks.Select(u => $"{u.Interface} {u.State}"))}";
        return Eventually.Gives(async () =>
        {
            var result = await site.TryHoldfast("uplink", "list", "--json");
            using var json = JsonDocument.Parse(result.Output);
            var states = json.RootElement.EnumerateArray().Select(u =>
                $"{u.GetProperty("interface").GetString()} {u.GetProperty("reason").GetString() ?? "up"}");
            return $"{result.ExitCode}: {string.Join(", ", states)}";
        }, state => state == wanted, TimeSpan.FromSeconds(5), $"the uplinks to be {wanted}");
    }

    /// <summary>The uplinks for which there are sockets.</summary>
    private static async Task<string[]> Bound(Host site) =>
    [
        .. (await site.Run("ss", "-Huln4")).Lines.Select(line => System.Text.RegularExpressions.Regex.Match(line, "%([a-z0-9]+):"))
            .Where(match => match.Success).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal),
    ];
}
