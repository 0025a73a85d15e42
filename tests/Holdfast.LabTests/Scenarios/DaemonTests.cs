namespace Holdfast.LabTests.Scenarios;

/// <summary>`holdfast daemon`: two tunnels of one YAML file, reloads, and names that change their address.</summary>
public sealed class DaemonTests : LabTest
{
    private const string Path = "/etc/holdfast/holdfast.yaml";

    [Fact]
    public async Task Two_tunnels_of_one_file_run()
    {
        var (_, hub, site, daemon) = await Start();
        Assert.Equal("hf0 hf1", Words((await hub.Run("wg", "show", "interfaces")).Output));
        await site.Carries(WgFile.HubV4, Seconds(5));
        Assert.Contains("hf1", (await hub.Holdfast("status")).Output);
        Assert.False(daemon.HasExited, daemon.Describe());
    }

    [Fact]
    public async Task A_reload_adds_removes_and_changes_peers_and_leaves_others_alone()
    {
        var (_, hub, site, daemon) = await Start();
        await using var session = await EchoSession.Open(site, hub, WgFile.HubV4);
        var handshake = await Handshakes(hub);

        await Reload(hub, daemon, Yaml(more: Peer(KeyPair.Fourth, "10.44.0.0/16")));
        Assert.Equal("10.44.0.0/16", await AllowedIps(hub, KeyPair.Fourth));
        Assert.Contains("dev hf0", (await hub.Run("ip", "route", "get", "10.44.0.1")).Output);

        await Reload(hub, daemon, Yaml(more: Peer(KeyPair.Fourth, "10.45.0.0/16")));
        Assert.Equal("10.45.0.0/16", await AllowedIps(hub, KeyPair.Fourth));
        Assert.DoesNotContain("10.44.", (await hub.Run("ip", "route", "show", "table", "all")).Output);
        Assert.Contains("dev hf0", (await hub.Run("ip", "route", "get", "10.45.0.1")).Output);

        await Reload(hub, daemon, Yaml());
        Assert.DoesNotContain(KeyPair.Fourth.Public, (await hub.Run("wg", "show", "hf0", "peers")).Output);
        Assert.DoesNotContain("10.45.", (await hub.Run("ip", "route", "show", "table", "all")).Output);

        // The site's session never noticed.
        await session.Advances(Seconds(1));
        Assert.Equal(handshake, await Handshakes(hub));
        await session.Close();
    }

    [Fact]
    public async Task A_reload_adds_and_removes_tunnels()
    {
        var (_, hub, site, daemon) = await Start();
        await using var session = await EchoSession.Open(site, hub, WgFile.HubV4);
        await Reload(hub, daemon, Yaml(second: false));
        await Eventually.Gives(async () => (await hub.Run("wg", "show", "interfaces")).Output, all => all == "hf0",
            Seconds(5), "hf1 to go");
        Assert.DoesNotContain("hf1", (await hub.Run("ip", "link")).Output);
        await Reload(hub, daemon, Yaml());
        await Eventually.Gives(async () => Words((await hub.Run("wg", "show", "interfaces")).Output),
            all => all == "hf0 hf1", Seconds(5), "hf1 to come");
        await session.Advances(Seconds(1));
        await session.Close();
    }

    [Fact]
    public async Task A_daemon_that_was_started_with_the_signal_ignored_reloads_too()
    {
        var hub = (await Draw("site -isp- hub")).Host("hub");
        hub.WriteFile(Path, Yaml());
        var daemon = await Ready(hub.Start("nohup", HoldfastBinary.Path, "daemon", "--config", Path));
        await Reload(hub, daemon, Yaml(more: Peer(KeyPair.Fourth, "10.44.0.0/16")));
        Assert.Equal("10.44.0.0/16", await AllowedIps(hub, KeyPair.Fourth));
    }

    [Theory]
    [InlineData("tunnels: [")]
    [InlineData("tunnels:\n  - name: hf0\n    privat_key: x\n")]
    [InlineData("")]
    public async Task A_broken_file_changes_nothing(string text)
    {
        var (_, hub, site, daemon) = await Start();
        await using var session = await EchoSession.Open(site, hub, WgFile.HubV4);
        var before = await HostState.Take(hub);
        hub.WriteFile(Path, text.Length > 0 ? text : Yaml().Replace("hf1", "hf0", StringComparison.Ordinal));
        await daemon.Kill(Signal.Hup);
        await daemon.WaitForLine("the last good configuration stays in force", Seconds(5));
        Assert.Contains($"{Path}:", daemon.Errors.Text);
        await HostState.IsAgain(hub, before);
        await session.Advances(Seconds(1));
        await session.Close();
    }

    [Fact]
    public async Task The_daemon_is_killed_and_its_tunnels_carry_again()
    {
        var (_, hub, site, daemon) = await Start();
        await using var session = await EchoSession.Open(site, hub, WgFile.HubV4);
        await daemon.Kill();
        await daemon.Ends(Seconds(5));
        Assert.Contains("10.7.0.0/24 dev hf0", (await hub.Run("ip", "route", "show")).Output);
        await Daemon(hub);
        await hub.Carries(WgFile.SiteV4, Seconds(1));
        await session.Advances(Seconds(5));
        await session.Close();
    }

    [Fact]
    public async Task A_name_that_changes_its_address_is_looked_up_again_and_blocks_nobody()
    {
        var lab = await Draw("site -isp- hub", "site -other- third");
        var (site, hub, third) = (lab.Host("site"), lab.Host("hub"), lab.Host("third"));
        // At first the name means an address at which nobody is.
        var (old, right) = ("192.0.2.10", lab.Veth("isp").Far.V4);
        Name(site, old);
        await hub.Up(WgFile.Hub());
        await third.Up(new WgFile("wg0", KeyPair.Third)
        {
            Addresses = ["10.8.0.1/24"],
            ListenPort = WgFile.Port,
            Peers = [new WgPeer(KeyPair.Site) { AllowedIps = "10.7.0.2/32" }],
        });
        var file = WgFile.Site($"hub.example.org:{WgFile.Port}");
        var peer = new WgPeer(KeyPair.Third)
        {
            AllowedIps = "10.8.0.1/32",
            Endpoint = WgFile.At(lab.Veth("other").Far.V4),
        };
        var end = await site.Up(file with { Peers = [.. file.Peers, peer] });
        Assert.Equal(WgFile.At(old), await end.Endpoint(KeyPair.Hub));
        await using var session = await EchoSession.Open(site, third, "10.8.0.1");

        // Initiations go out every five seconds (REKEY_TIMEOUT); the second one that stays unanswered has the name looked
        // up again, and the new address is greeted at once: after ten seconds, not fifteen.
        Name(site, right);
        await site.Carries(WgFile.HubV4, Seconds(13));
        Assert.Equal(WgFile.At(right), await end.Endpoint(KeyPair.Hub));
        var progress = await session.Close();
        Assert.True(progress.LongestGapMs < 1000, progress.ToString());
    }

    private async Task<(Lab Lab, Host Hub, Host Site, HostProcess Daemon)> Start()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = (lab.Host("hub"), lab.Host("site"));
        hub.WriteFile(Path, Yaml());
        var daemon = await Daemon(hub);
        await site.Up(WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)));
        return (lab, hub, site, daemon);
    }

    private static Task<HostProcess> Daemon(Host hub) => Ready(hub.Start(HoldfastBinary.Path, "daemon", "--config", Path));

    private static async Task<HostProcess> Ready(HostProcess daemon)
    {
        await daemon.WaitForLine("hf0 is up", TimeSpan.FromSeconds(10));
        await daemon.WaitForLine("hf1 is up", TimeSpan.FromSeconds(10));
        return daemon;
    }

    private static async Task Reload(Host hub, HostProcess daemon, string yaml)
    {
        var before = daemon.Errors.Lines.Count(IsReload);
        hub.WriteFile(Path, yaml);
        await daemon.Kill(Signal.Hup);
        await Eventually.Until(() => daemon.Errors.Lines.Count(IsReload) > before, TimeSpan.FromSeconds(5),
            "the daemon to reload", daemon.Describe);

        static bool IsReload(string line) => line.EndsWith("is in force", StringComparison.Ordinal);
    }

    private static string Yaml(string more = "", bool second = true) => $"""
        node: {"{"}name: hub{"}"}
        tunnels:
          - name: hf0
            private_key: "{KeyPair.Hub.Private}"
            addresses: [{WgFile.HubV4}/24, "{WgFile.HubV6}/64"]
            listen: ["udp://:{WgFile.Port}"]
            peers:
        {Peer(KeyPair.Site, $"{WgFile.SiteV4}/32, \"{WgFile.SiteV6}/128\"")}{more}
        """ + (second ? $"""

          - name: hf1
            private_key: "{KeyPair.Third.Private}"
            addresses: [10.27.0.1/24]
            peers:
        {Peer(KeyPair.Fourth, "10.27.0.2/32")}
        """ : "");

    private static string Peer(KeyPair key, string allowedIps)
        => $"      - {{public_key: \"{key.Public}\", allowed_ips: [{allowedIps}]}}\n";

    private static async Task<string> AllowedIps(Host hub, KeyPair key)
        => (await hub.Run("wg", "show", "hf0", "allowed-ips")).Lines
            .Single(l => l.StartsWith(key.Public, StringComparison.Ordinal)).Split('\t')[1];

    private static async Task<string> Handshakes(Host hub)
        => (await hub.Run("wg", "show", "hf0", "latest-handshakes")).Lines
            .Single(l => l.StartsWith(KeyPair.Site.Public, StringComparison.Ordinal));

    private static void Name(Host site, string address)
        => site.WriteFile("/etc/hosts", $"127.0.0.1 localhost\n{address} hub.example.org\n", Labs.Host.ForAll);

    private static string Words(string text) => string.Join(' ', text.Split().Order(StringComparer.Ordinal));
}
