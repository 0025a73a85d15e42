namespace Holdfast.LabTests.Scenarios;

/// <summary>
/// Reloads of the daemon's file in which one tunnel takes over what another has. hf1 is never touched, and carries a TCP
/// session all the time.
/// </summary>
public sealed class ReloadTests : LabTest
{
    private const string Path = "/etc/holdfast/holdfast.yaml";
    private const string First = "10.7.0.1/24", Second = "10.9.0.1/24";

    private Host _hub = null!, _site = null!;
    private HostProcess _daemon = null!;
    private EchoSession _untouched = null!;
    private string _siteAt = "";

    [Fact]
    public async Task A_tunnel_gets_another_name()
    {
        await Start();
        await Reload(Tunnel("hf5", 4000, First, SitePeer("10.7.0.2/32, 10.50.0.0/16")), Idle(4002));
        Assert.Equal("hf1 hf2 hf5", await Interfaces());
        await _hub.Carries("10.7.0.2", Seconds(5));
        Assert.Equal("4000", await Show("hf5", "listen-port"));
        Assert.Contains("dev hf5", (await _hub.Run("ip", "route", "get", "10.50.0.1")).Output);
        await TheOtherNeverNoticed();
    }

    [Fact]
    public async Task Ports_addresses_and_prefixes_change_places()
    {
        await Start();
        await Reload(Tunnel("hf0", 4002, $"{First}, {Second}", SitePeer("10.7.0.2/32")),
            Tunnel("hf2", 4000, "10.29.0.1/24", Peer(KeyPair.Fourth, "10.50.0.0/16")));
        Assert.Equal(("4002", "4000"), (await Show("hf0", "listen-port"), await Show("hf2", "listen-port")));
        Assert.Contains("dev hf2", (await _hub.Run("ip", "route", "get", "10.50.0.1")).Output);
        Assert.Contains(Second, (await _hub.Run("ip", "-4", "addr", "show", "dev", "hf0")).Output);
        Assert.DoesNotContain(Second, (await _hub.Run("ip", "-4", "addr", "show", "dev", "hf2")).Output);
        // The site's session goes on from another port: it follows.
        await _hub.Carries("10.7.0.2", Seconds(5));

        // And back.
        await Reload(Usual());
        Assert.Equal(("4000", "4002"), (await Show("hf0", "listen-port"), await Show("hf2", "listen-port")));
        Assert.Contains("dev hf0", (await _hub.Run("ip", "route", "get", "10.50.0.1")).Output);
        await _hub.Carries("10.7.0.2", Seconds(5));
        await TheOtherNeverNoticed();
    }

    [Fact]
    public async Task A_prefix_changes_its_peer_and_a_peer_its_tunnel()
    {
        await Start();
        await Reload(Tunnel("hf0", 4000, First, SitePeer("10.7.0.2/32"), Peer(KeyPair.Fourth, "10.50.0.0/16")),
            Tunnel("hf2", 4002, Second));
        Assert.Equal("10.50.0.0/16", await AllowedIps("hf0", KeyPair.Fourth));
        Assert.Equal("10.7.0.2/32", await AllowedIps("hf0", KeyPair.Site));
        await _hub.Carries("10.7.0.2", Seconds(5));
        await Reload(Tunnel("hf0", 4000, First, Peer(KeyPair.Fourth, "10.51.0.0/16"), SitePeer("10.7.0.2/32, 10.50.0.0/16")),
            Tunnel("hf2", 4002, Second));
        Assert.Equal("10.51.0.0/16", await AllowedIps("hf0", KeyPair.Fourth));
        Assert.Contains("10.50.0.0/16", await AllowedIps("hf0", KeyPair.Site));
        await TheOtherNeverNoticed();
    }

    [Fact]
    public async Task On_any_error_everything_is_taken_back()
    {
        await Start();
        await using var foreign = Agent.Start(_hub, "udp-receive", "4999");
        await foreign.WaitForLine("\"ready\"", Seconds(10));
        var before = await Shape();
        // hf0 goes, hf2 takes its port and prefix, hf7 comes, and hf8 can't.
        Write(Tunnel("hf2", 4000, First, Peer(KeyPair.Fourth, "10.50.0.0/16")), Tunnel("hf7", 4002, Second),
            Tunnel("hf8", 4999, "10.98.0.1/24"));
        await _daemon.Kill(Signal.Hup);
        await _daemon.WaitForLine("the last good configuration stays in force", Seconds(10));
        Assert.Contains("4999", _daemon.Errors.Text);
        Assert.Equal("hf0 hf1 hf2", await Interfaces());
        Assert.Equal(before, await Shape());
        await _hub.Carries("10.7.0.2", Seconds(5));

        // What is in force can be changed again.
        await foreign.Stop();
        await _daemon.Kill(Signal.Hup);
        await Eventually.Gives(Interfaces, all => all == "hf1 hf2 hf7 hf8", Seconds(10), "the same file to be taken");
        await TheOtherNeverNoticed();
    }

    [Fact]
    public async Task A_setting_goes_back_with_the_default_route()
    {
        await Start();
        await _hub.Run("sysctl", "-qw", "net.ipv4.conf.all.src_valid_mark=0");
        var before = await HostState.Take(_hub);
        await Reload(Tunnel("hf0", 4000, First, SitePeer("10.7.0.2/32, 10.50.0.0/16")),
            Tunnel("hf2", 4002, Second, Peer(KeyPair.Fourth, "0.0.0.0/0")));
        Assert.Equal("1", await ValidMark());
        Assert.Contains("holdfast-hf2", (await _hub.Run("nft", "list", "tables")).Output);
        await Reload(Usual());
        Assert.Equal("0", await ValidMark());
        await HostState.IsAgain(_hub, before);
        await TheOtherNeverNoticed();
    }

    [Fact]
    public async Task The_last_tunnel_that_takes_all_sets_it_back_whoever_came_first()
    {
        var lab = await Draw("site -isp- hub");
        _hub = lab.Host("site");
        await _hub.Ip($"route add default via {lab.Veth("isp").Far.V4}");
        await _hub.Run("sysctl", "-qw", "net.ipv4.conf.all.src_valid_mark=0");
        var before = await HostState.Take(_hub);
        var file = WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)).WithPeer(p => p with { AllowedIps = "0.0.0.0/0" });
        await _hub.Up(file);
        await _hub.Up(file with { Name = "wg1", Addresses = ["10.17.0.2/24"] });
        await _hub.Holdfast("down", "wg0");
        Assert.Equal("1", await ValidMark());
        await _hub.Holdfast("down", "wg1");
        Assert.Equal("0", await ValidMark());
        await HostState.IsAgain(_hub, before);
    }

    private async Task Start()
    {
        var lab = await Draw("site -isp- hub", "third -other- hub");
        (_hub, _site) = (lab.Host("hub"), lab.Host("site"));
        _siteAt = WgFile.At(lab.Veth("isp").Near.V4, 4100);
        Write(Usual());
        _daemon = _hub.Start(HoldfastBinary.Path, "daemon", "--config", Path);
        foreach (var name in new[] { "hf0", "hf1", "hf2" }) await _daemon.WaitForLine($"{name} is up", Seconds(10));
        var hub = WgFile.At(lab.Veth("isp").Far.V4, 4000);
        await _site.Up(WgFile.Site(hub) with { ListenPort = 4100, Addresses = ["10.7.0.2/24"] });
        await lab.Host("third").Up(new WgFile("wg0", KeyPair.Third)
        {
            Addresses = ["10.8.0.2/24"],
            Peers =
            [
                new WgPeer(KeyPair.Hub) { AllowedIps = "10.8.0.1/32", Endpoint = WgFile.At(lab.Veth("other").Far.V4, 4001) },
            ],
        });
        await _site.Carries("10.7.0.1", Seconds(5));
        _untouched = await EchoSession.Open(lab.Host("third"), _hub, "10.8.0.1");
    }

    private string[] Usual() =>
        [Tunnel("hf0", 4000, First, SitePeer("10.7.0.2/32, 10.50.0.0/16")), Idle(4002)];

    private static string Idle(int port) => Tunnel("hf2", port, Second, Peer(KeyPair.Fourth, "10.60.0.0/16"));

    private string SitePeer(string allowedIps) => Peer(KeyPair.Site, allowedIps, $", endpoints: [\"udp://{_siteAt}\"]");

    private static string Peer(KeyPair key, string allowedIps, string more = "") =>
        $"      - {{public_key: \"{key.Public}\", allowed_ips: [{allowedIps}]{more}}}\n";

    private static string Tunnel(string name, int port, string address, params string[] peers) => $"""
          - name: {name}
            private_key: "{KeyPair.Hub.Private}"
            addresses: [{address}]
            listen: ["udp://:{port}"]
            peers:{(peers.Length > 0 ? "\n" + string.Concat(peers) : " []\n")}
        """;

    private void Write(params string[] tunnels)
    {
        string[] all = [Tunnel("hf1", 4001, "10.8.0.1/24", Peer(KeyPair.Third, "10.8.0.2/32")), .. tunnels];
        _hub.WriteFile(Path, "tunnels:\n" + string.Join('\n', all));
    }

    private async Task Reload(params string[] tunnels)
    {
        var before = _daemon.Errors.Lines.Count(l => l.EndsWith("is in force", StringComparison.Ordinal));
        Write(tunnels);
        await _daemon.Kill(Signal.Hup);
        await Eventually.Until(
            () => _daemon.Errors.Lines.Count(l => l.EndsWith("is in force", StringComparison.Ordinal)) > before, Seconds(10),
            "the daemon to reload", _daemon.Describe);
    }

    private async Task TheOtherNeverNoticed()
    {
        await _untouched.Advances(Seconds(1));
        Assert.Equal("1", (await Status("hf1")).Split("\"handshakes\":")[1].Split(',')[0]);
        await _untouched.Close();
        await _untouched.DisposeAsync();
    }

    private async Task<string> Status(string name) => (await _hub.TryHoldfast("status", name, "--json")).Output;

    // All that the three have in the kernel and in wg, but for what is another one in a device that was made anew.
    private async Task<string> Shape() => (await _hub.Shell("""
        ip -br addr | grep hf | sed 's/fe80[^ ]*//' | sort; ip -4 route | sort; ip rule; nft list ruleset
        for t in hf0 hf1 hf2; do wg show $t listen-port; wg show $t allowed-ips; done; ls /run/holdfast
        """)).Output;

    private async Task<string> ValidMark() =>
        (await _hub.Run("sysctl", "-n", "net.ipv4.conf.all.src_valid_mark")).Output;

    private async Task<string> Show(string name, string what) => (await _hub.Run("wg", "show", name, what)).Output;

    private async Task<string> AllowedIps(string name, KeyPair key) => (await _hub.Run("wg", "show", name, "allowed-ips"))
        .Lines.Single(l => l.StartsWith(key.Public, StringComparison.Ordinal)).Split('\t')[1];

    private async Task<string> Interfaces() => string.Join(' ',
        (await _hub.Run("wg", "show", "interfaces")).Output.Split().Order(StringComparer.Ordinal));
}
