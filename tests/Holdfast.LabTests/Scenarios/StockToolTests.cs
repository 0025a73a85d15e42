namespace Holdfast.LabTests.Scenarios;

/// <summary>The stock tools `wg` and `wg-quick`, which have to find on Holdfast what they find on
/// wireguard-go.</summary>
public sealed class StockToolTests : LabTest
{
    [Fact]
    public async Task Stock_wg_quick_brings_tunnels_up_and_down()
    {
        var lab = await Draw("site -isp- hub");
        var (site, hub, far) = (lab.Host("site"), lab.Host("hub"), lab.Veth("isp").Far);
        await hub.Ip("address add 203.0.113.200/32 dev lo");
        await site.Ip($"route add default via {far.V4}");
        await hub.Up(WgFile.Hub());
        var before = await HostState.Take(site);
        var file = WgFile.Site(WgFile.At(far.V4)).WithPeer(p => p with { AllowedIps = "0.0.0.0/0, fd07::/64" });
        site.WriteFile(file.Path, file.ToString());
        var wrapper = Path.Combine(Path.GetDirectoryName(HoldfastBinary.Path)!, "holdfast-wg");
        var options = RunOptions.Usual with
        {
            Environment = new Dictionary<string, string?> { ["WG_QUICK_USERSPACE_IMPLEMENTATION"] = wrapper },
        };
        await site.Run(options, "wg-quick", "up", "wg0");
        Assert.Single(site.PidsOf("holdfast"));
        await site.Carries("203.0.113.200", Seconds(5));
        await site.Carries(WgFile.HubV6, Seconds(2));
        Assert.Contains("dev wg0", (await site.Run("ip", "route", "get", "203.0.113.200")).Output);

        await site.Run(options, "wg-quick", "down", "wg0");
        await Eventually.Until(() => site.PidsOf("holdfast").Count == 0, Seconds(5), "the engine to end");
        // wg-quick itself leaves the sysctl that it sets.
        await HostState.IsAgain(site, before, "src_valid_mark");
    }

    [Fact]
    public async Task Wg_shows_what_it_shows_for_wireguard_go()
    {
        var lab = await Draw("site -isp- hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        // The same file at both, one run by each; neither is called by the other.
        var file = new WgFile("wg0", KeyPair.Site)
        {
            ListenPort = 4500,
            More = ["FwMark = 0x77"],
            Peers =
            [
                new WgPeer(KeyPair.Hub)
                {
                    AllowedIps = "10.0.0.0/8, 10.7.0.1/32, fd07::/64", Endpoint = "[2001:db8::5]:7",
                    Preshared = KeyPair.Preshared,
                },
                new WgPeer(KeyPair.Third) { AllowedIps = "", Endpoint = "192.0.2.77:65535" },
                // Without an endpoint, so that nobody is sent anything.
                new WgPeer(KeyPair.Fourth) { AllowedIps = "0.0.0.0/0", Keepalive = 25 },
            ],
        };
        await Bare(site, Engine.Holdfast, file);
        await Bare(hub, Engine.WireGuardGo, file);
        foreach (var what in new[]
        {
            "public-key", "private-key", "listen-port", "fwmark", "peers", "preshared-keys", "endpoints",
            "allowed-ips", "latest-handshakes", "persistent-keepalive", "transfer", "dump",
        })
            Assert.Equal(await Sorted(hub, "show", "wg0", what), await Sorted(site, "show", "wg0", what));
        Assert.Equal("wg0", (await site.Run("wg", "show", "interfaces")).Output);
        Assert.Equal(await Sorted(hub, "show", "all", "dump"), await Sorted(site, "show", "all", "dump"));
        Assert.Equal(await Sorted(hub, "showconf", "wg0"), await Sorted(site, "showconf", "wg0"));
        Assert.Equal(await Sorted(hub, "show"), await Sorted(site, "show"));

        // Changes of every kind, made to both.
        foreach (var host in new[] { site, hub })
        {
            host.WriteFile("/run/add", $"[Peer]\nPublicKey = {KeyPair.Third.Public}\nAllowedIPs = 10.33.0.0/16\n");
            host.WriteFile("/run/sync", $"[Interface]\nPrivateKey = {KeyPair.Fourth.Private}\nListenPort = 4501\n"
                + $"[Peer]\nPublicKey = {KeyPair.Hub.Public}\nAllowedIPs = 10.1.0.0/16\n");
            await host.Run("wg", "addconf", "wg0", "/run/add");
            await host.Run("wg", "set", "wg0", "fwmark", "0", "peer", KeyPair.Fourth.Public, "persistent-keepalive",
                "off", "peer", KeyPair.Hub.Public, "preshared-key", "/dev/null");
            await host.Run("wg", "set", "wg0", "peer", KeyPair.Fourth.Public, "remove");
        }
        Assert.Equal(await Sorted(hub, "show", "wg0", "dump"), await Sorted(site, "show", "wg0", "dump"));
        foreach (var host in new[] { site, hub })
            await host.Run("wg", "syncconf", "wg0", "/run/sync");
        Assert.Equal(await Sorted(hub, "show", "wg0", "dump"), await Sorted(site, "show", "wg0", "dump"));
        foreach (var host in new[] { site, hub })
        {
            host.WriteFile("/run/set", $"[Interface]\nListenPort = 4502\n{host.ReadFile("/run/add")}");
            await host.Run("wg", "setconf", "wg0", "/run/set");
        }
        Assert.Equal(await Sorted(hub, "show", "wg0", "dump"), await Sorted(site, "show", "wg0", "dump"));
    }

    [Fact]
    public async Task Syncconf_keeps_sessions_of_peers_that_stay()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await using var session = await EchoSession.Open(site.Host, hub.Host, WgFile.HubV4);
        var handshake = await hub.LatestHandshake();
        var third = new WgPeer(KeyPair.Third) { AllowedIps = "10.7.0.3/32" };
        var more = hub.File with { Peers = [.. hub.File.Peers, third] };
        hub.Host.WriteFile("/run/sync", more.ForWg());
        await hub.Host.Run("wg", "syncconf", "wg0", "/run/sync");
        await session.Advances(Seconds(1));
        Assert.Equal(handshake, await hub.LatestHandshake(KeyPair.Site));
        await session.Close();
    }

    [Fact]
    public async Task A_device_in_the_background_goes_with_its_link()
    {
        var lab = await Draw("site");
        var site = lab.Host("site");
        var before = await HostState.Take(site);
        var made = await site.Holdfast("device", "wg7");
        Assert.False(made.HeldOpen);
        Assert.Equal("interface: wg7", (await site.Run("wg", "show", "wg7")).Lines[0]);
        await site.Ip("link del wg7");
        await Eventually.Until(() => site.PidsOf("holdfast").Count == 0, Seconds(5), "the engine to end");
        await HostState.IsAgain(site, before);

        // Deleting the socket is wireguard-go's other way to end; so are signals.
        var foreground = site.Start(HoldfastBinary.Path, "device", "wg7", "--foreground");
        await Eventually.Until(() => File.Exists(site.PathOf("/run/wireguard/wg7.sock")), Seconds(5), "the socket");
        await foreground.Stop();
        await HostState.IsAgain(site, before);
    }

    private enum Engine
    {
        Holdfast,
        WireGuardGo,
    }

    private static Task<TunnelEnd> Bare(Host host, Engine engine, WgFile file)
        // Without allowed IPs that are routed: only the stock tool's view counts here.
        => engine == Engine.Holdfast ? host.Device(file with { Addresses = [] }, routes: false)
            : host.WireGuardGo(file with { Addresses = [] }, routes: false);

    // The order of peers is nobody's promise, that of the words in a line is.
    private static async Task<string> Sorted(Host host, params string[] arguments)
        => string.Join('\n', (await host.Run("wg", arguments)).Lines.Order(StringComparer.Ordinal));
}
