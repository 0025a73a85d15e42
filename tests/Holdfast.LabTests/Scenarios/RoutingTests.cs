namespace Holdfast.LabTests.Scenarios;

/// <summary>How a tunnel's own datagrams find their way, and what finds its way into the tunnel.</summary>
public sealed class RoutingTests : LabTest
{
    // "The internet": an address of the hub that no wire knows.
    private const string InternetV4 = "203.0.113.200", InternetV6 = "2001:db8:ffff::200";

    [Fact]
    public async Task The_mark_is_on_every_datagram_and_routes_it()
    {
        var lab = await Draw("site -isp- hub");
        var (site, far) = (lab.Host("site"), lab.Veth("isp").Far);
        await lab.Host("hub").Ip($"address add {InternetV4}/32 dev lo", $"address add {InternetV6}/128 dev lo nodad");
        // Only marked packets know how to reach the hub's outer addresses.
        await site.Run("ip", "-6", "rule", "add", "fwmark", "0x51", "table", "51");
        await site.Ip("rule add fwmark 0x51 table 51",
            $"route add {InternetV4}/32 via {far.V4} table 51", $"route add {InternetV6}/128 via {far.V6} table 51");
        await site.Run("nft", """
            table inet t {
              chain c { type filter hook output priority 0; oifname "isp" udp dport 51820 mark != 0x51 counter;
                        oifname "isp" udp dport 51820 mark 0x51 counter; }
            }
            """);
        await lab.Host("hub").Up(WgFile.Hub());
        var end = await site.Up(WgFile.Site(WgFile.At(InternetV4)).With("FwMark = 0x51"));
        await site.Carries(WgFile.HubV4, Seconds(5));
        await end.SetPeer(KeyPair.Hub, "endpoint", WgFile.At(InternetV6));
        await site.Carries(WgFile.HubV4, Seconds(5));
        var counters = (await site.Run("nft", "list", "ruleset")).Output;
        Assert.Matches("mark != 0x0*51 counter packets 0 ", counters);
        Assert.DoesNotMatch("mark 0x0*51 counter packets 0 ", counters);

        // Without the mark there is no way.
        await end.Set("fwmark", "0");
        var ping = await site.Run(RunOptions.Usual with { MayFail = true }, "ping", "-n", "-c", "2", "-i", "0.1", "-W",
            "0.3", WgFile.HubV4);
        Assert.Contains(" 0 received", ping.Output);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_tunnel_takes_all_traffic_but_its_own(bool outerV6)
    {
        var lab = await Draw("site -isp- hub");
        var (site, hub, far) = (lab.Host("site"), lab.Host("hub"), lab.Veth("isp").Far);
        await hub.Ip($"address add {InternetV4}/32 dev lo", $"address add {InternetV6}/128 dev lo nodad");
        await site.Ip($"route add default via {far.V4}", $"route add default via {far.V6}");
        var before = await HostState.Take(site);
        await hub.Up(WgFile.Hub());
        await site.Up(WgFile.Site(WgFile.At(outerV6 ? far.V6 : far.V4))
            .WithPeer(p => p with { AllowedIps = "0.0.0.0/0, ::/0" }));

        foreach (var address in new[] { InternetV4, InternetV6 })
        {
            await site.Carries(address, Seconds(5));
            Assert.Contains("dev wg0", (await site.Run("ip", "route", "get", address)).Output);
        }
        // The wire carries nothing but the tunnel's own datagrams.
        await hub.Run("nft", """
            table inet t {
              chain c { type filter hook prerouting priority -300;
                        iifname "isp" meta l4proto { tcp, icmp } counter;
                        iifname "isp" icmpv6 type echo-request counter; }
            }
            """);
        Assert.True((await Iperf.Run(site, hub, InternetV4)).Bytes > 1_000_000);
        await site.Carries(InternetV6, Seconds(2));
        var counters = (await hub.Run("nft", "list", "ruleset")).Output;
        Assert.Equal(2, counters.Split("counter packets 0 bytes 0").Length - 1);
        // What the main table knows better than by its default route stays outside.
        Assert.Contains("dev isp", (await site.Run("ip", "route", "get", far.V4)).Output);

        await site.Holdfast("down", "wg0");
        await HostState.IsAgain(site, before);
    }

    [Fact]
    public async Task A_routing_loop_stays_bounded()
    {
        var lab = await Draw("site -isp- hub");
        var (_, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
        // The endpoint itself leads into the tunnel, so each packet comes back to be sealed once more.
        var hubAddress = lab.Veth("isp").Far.V4;
        await site.SetPeer(KeyPair.Hub, "allowed-ips", $"{WgFile.HubV4}/32,{hubAddress}/32");
        var before = await site.Transfer();
        var packets = await PacketsInto(site);
        await site.Host.Ip($"route add {hubAddress}/32 dev wg0");
        await site.Host.Run(RunOptions.Usual with { MayFail = true }, "ping", "-n", "-c", "1", "-W", "1",
            WgFile.HubV4);

        Assert.InRange((await site.Transfer() - before).Sent, 1, 70_000);
        Assert.InRange(await PacketsInto(site) - packets, 1, 200);
        await site.Host.Ip($"route del {hubAddress}/32 dev wg0");
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
    }

    [Fact]
    public async Task A_tunnel_runs_in_a_tunnel()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await hub.Host.Up(new WgFile("wg1", KeyPair.Third)
        {
            Addresses = ["10.17.0.1/24", "fd17::1/64"],
            ListenPort = 51821,
            Peers = [new WgPeer(KeyPair.Fourth) { AllowedIps = "10.17.0.2/32, fd17::2/128" }],
        });
        await site.Host.Up(new WgFile("wg1", KeyPair.Fourth)
        {
            Addresses = ["10.17.0.2/24", "fd17::2/64"],
            Peers =
            [
                new WgPeer(KeyPair.Third)
                {
                    AllowedIps = "10.17.0.1/32, fd17::1/128", Endpoint = WgFile.At(WgFile.HubV6, 51821),
                },
            ],
        });
        await site.Host.Carries("10.17.0.1", Seconds(5));
        // 1500 less 80 outside, less 80 once more inside: the whole of it crosses in one piece.
        Assert.Equal("1340", (await site.Host.Run("cat", "/sys/class/net/wg1/mtu")).Output);
        await site.Host.Run("ping", "-n", "-c", "1", "-W", "2", "-M", "do", "-s", "1312", "10.17.0.1");
        Assert.True((await Iperf.Run(site.Host, hub.Host, "fd17::1")).Bytes > 1_000_000);
    }

    [Fact]
    public async Task A_device_may_move_to_another_namespace()
    {
        var lab = await Draw("site -isp- hub");
        var (hubHost, siteHost) = (lab.Host("hub"), lab.Host("site"));
        var hub = await hubHost.Up(WgFile.Hub());
        var site = await siteHost.Device(WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)));
        await siteHost.Ip("netns add inner", "link set wg0 netns inner");
        await siteHost.Run("ip", "-n", "inner", "address", "add", $"{WgFile.SiteV4}/24", "dev", "wg0");
        await siteHost.Run("ip", "-n", "inner", "link", "set", "wg0", "up");

        // Inside there is nothing but the tunnel; its datagrams leave from where it was born.
        await siteHost.Run("ip", "netns", "exec", "inner", "ping", "-n", "-c", "3", "-i", "0.05", "-W", "2",
            WgFile.HubV4);
        await hubHost.Carries(WgFile.SiteV4, Seconds(2));
        Assert.StartsWith($"{lab.Veth("isp").Near.V4}:", await hub.Endpoint(), StringComparison.Ordinal);
        Assert.Single((await siteHost.Run("wg", "show", "wg0", "peers")).Lines);
        Assert.False(site.Process!.HasExited, site.Process.Describe());
    }

    private static async Task<long> PacketsInto(TunnelEnd end) => long.Parse(
        (await end.Host.Run("cat", $"/sys/class/net/{end.Name}/statistics/tx_packets")).Output,
        System.Globalization.CultureInfo.InvariantCulture);
}
