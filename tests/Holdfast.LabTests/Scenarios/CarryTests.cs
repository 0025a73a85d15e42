namespace Holdfast.LabTests.Scenarios;

/// <summary>What a tunnel carries, what it counts, and what it refuses.</summary>
public sealed class CarryTests : LabTest
{
    // WireGuard paper 5.4: an initiation, a response, and what a ping of 84 bytes becomes: padded to 96, a header of
    // 16 bytes and a tag of 16. The ends' hellos of 16 bytes, once each way, get the same header and tag (docs/protocol.md).
    private const int Initiation = 148, Response = 92, PingDatagram = 128, Hello = 48;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Both_families_cross_inside_whichever_is_outside(bool outerV6)
    {
        var lab = await Draw("site =isp= hub");
        var far = lab.Wire("isp").Far;
        await lab.UpBoth(outerV6 ? far.V6 : far.V4);
        await lab.Host("site").Carries(WgFile.HubV4, Seconds(5));
        await lab.Host("site").Carries(WgFile.HubV6, Seconds(5));
        await lab.Host("hub").Carries(WgFile.SiteV4, Seconds(5));
        await lab.Host("hub").Carries(WgFile.SiteV6, Seconds(5));
        var other = outerV6 ? far.V4 : far.V6;
        Assert.True(lab.Wire("isp").Forward.Counters.Passed >= 4, $"nothing crossed the wire: {lab.Wire("isp")}");
        Assert.NotEqual(other, far.Addresses[outerV6 ? 1 : 0].Split('/')[0]);
    }

    [Fact]
    public async Task Jumbo_packets_cross_whole()
    {
        var lab = await Draw("site", "hub");
        var veth = await lab.AddVeth(lab.Host("site"), lab.Host("hub"), new VethOptions { InterfaceMtu = 65_535 });
        await lab.BothDevices(veth.Far.V4, mtu: 65_455);
        var site = lab.Host("site");
        await site.Carries(WgFile.HubV4, Seconds(5));
        foreach (var (address, headers) in new[] { (WgFile.HubV4, 28), (WgFile.HubV6, 48) })
        {
            var size = 65_455 - headers;
            var ping = await site.Run("ping", "-n", "-c", "3", "-i", "0.01", "-W", "2", "-M", "do", "-s",
                Agent.Number(size), address);
            Assert.Contains($"{size + 8} bytes from", ping.Output);
        }
        Assert.True((await Iperf.Run(site, lab.Host("hub"), WgFile.HubV4)).Bytes > 1_000_000);
    }

    [Fact]
    public async Task Ten_pings_are_counted_to_the_byte()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.BothDevices(lab.Veth("isp").Far.V4);
        Assert.Equal(new Transfer(0, 0), await site.Transfer());
        var ping = await Ping.Run(site.Host, WgFile.HubV4, 10, Milliseconds(10));
        Assert.Equal(10, ping.Received);
        const long Asked = Initiation + Hello + 10 * PingDatagram, Answered = Response + Hello + 10 * PingDatagram;
        Assert.Equal(new Transfer(Received: Answered, Sent: Asked), await site.Transfer());
        Assert.Equal(new Transfer(Received: Asked, Sent: Answered), await hub.Transfer());
    }

    [Fact]
    public async Task A_wrong_inner_source_is_refused()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.BothDevices(lab.Veth("isp").Far.V4);
        await site.Host.Ip("address add 10.9.9.9/32 dev wg0", "address add fd09::9/128 dev wg0");
        await hub.Host.Ip("route add 10.9.9.9/32 dev wg0", "route add fd09::9/128 dev wg0");
        await hub.Host.Run("nft", """
            table inet t {
              chain c { type filter hook prerouting priority -300; iifname "wg0" ip saddr 10.9.9.9 counter;
                        iifname "wg0" ip6 saddr fd09::9 counter; }
            }
            """);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
        var before = await hub.Transfer();
        foreach (var (from, to) in new[] { ("10.9.9.9", WgFile.HubV4), ("fd09::9", WgFile.HubV6) })
        {
            var ping = await site.Host.Run(RunOptions.Usual with { MayFail = true }, "ping", "-n", "-c", "2", "-i",
                "0.05", "-W", "0.3", "-I", from, to);
            Assert.Contains(" 0 received", ping.Output);
        }
        // They came, and were authentic; but nothing of them left the tunnel.
        Assert.True((await hub.Transfer() - before).Received >= 4 * PingDatagram);
        var counters = (await hub.Host.Run("nft", "list", "ruleset")).Output;
        Assert.DoesNotContain("packets 1", counters);
        Assert.DoesNotContain("packets 2", counters);
        await site.Host.Carries(WgFile.HubV6, Seconds(2));
    }

    [Fact]
    public async Task Allowed_ips_change_live()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.BothDevices(lab.Veth("isp").Far.V4);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));

        await hub.SetPeer(KeyPair.Site, "allowed-ips", "fd07::2/128");
        await site.Host.Carries(WgFile.HubV6, Seconds(2));
        await AssertSilent(site.Host, WgFile.HubV4);
        await hub.SetPeer(KeyPair.Site, "allowed-ips", "10.7.0.2/32,fd07::2/128");
        await site.Host.Carries(WgFile.HubV4, Seconds(2));

        // Another peer takes the prefix; the first one has it no longer.
        await hub.SetPeer(KeyPair.Third, "allowed-ips", "10.7.0.2/32");
        Assert.Equal("fd07::2/128", (await hub.Host.Run("wg", "show", "wg0", "allowed-ips")).Lines
            .Single(l => l.StartsWith(KeyPair.Site.Public, StringComparison.Ordinal)).Split('\t')[1]);
        await AssertSilent(site.Host, WgFile.HubV4);
    }

    [Fact]
    public async Task Keys_change_live()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.BothDevices(lab.Veth("isp").Far.V4);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));

        // A private key first at one end, then the peer's idea of it.
        site.Host.WriteFile("/run/third.key", KeyPair.Third.Private);
        await site.Set("private-key", "/run/third.key");
        await AssertSilent(site.Host, WgFile.HubV4);
        await hub.SetPeer(KeyPair.Site, "remove");
        await hub.SetPeer(KeyPair.Third, "allowed-ips", "10.7.0.2/32,fd07::2/128");
        await Again(site);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));

        // A preshared key counts from the next handshake on, so a changed one has to match by then.
        foreach (var end in new[] { hub, site })
            end.Host.WriteFile("/run/psk", KeyPair.Preshared);
        await site.SetPeer(KeyPair.Hub, "preshared-key", "/run/psk");
        await Again(site);
        await AssertSilent(site.Host, WgFile.HubV4);
        await hub.SetPeer(KeyPair.Third, "preshared-key", "/run/psk");
        await site.Host.Carries(WgFile.HubV4, Seconds(8));
    }

    [Fact]
    public async Task What_has_no_way_is_told_at_once()
    {
        var lab = await Draw("site -isp- hub");
        var (_, site) = await lab.BothDevices(lab.Veth("isp").Far.V4);
        // Routed into the tunnel, but no peer has it; and a peer that nobody knows the address of.
        await site.SetPeer(KeyPair.Third, "allowed-ips", "10.8.0.0/24,fd08::/64");
        await site.Host.Ip("route add 10.6.0.0/24 dev wg0", "route add fd06::/64 dev wg0",
            "route add 10.8.0.0/24 dev wg0", "route add fd08::/64 dev wg0");
        foreach (var address in new[] { "10.6.0.1", "fd06::1", "10.8.0.1", "fd08::1" })
        {
            var ping = await site.Host.Run(RunOptions.Usual with { MayFail = true }, "ping", "-n", "-c", "1", "-W",
                "5", address);
            Assert.Matches("Destination (Host Unreachable|unreachable: Address unreachable)", ping.Output);
            Assert.Contains("+1 errors", ping.Output);
        }
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
    }

    // A handshake right away: the session so far is forgotten with the peer.
    private static async Task Again(TunnelEnd site)
    {
        var (endpoint, allowed) = (await site.Endpoint(KeyPair.Hub), $"{WgFile.HubV4}/32,{WgFile.HubV6}/128");
        var preshared = File.Exists(site.Host.PathOf("/run/psk"));
        await site.SetPeer(KeyPair.Hub, "remove");
        await site.SetPeer(KeyPair.Hub, ["endpoint", endpoint, "allowed-ips", allowed,
            .. preshared ? new[] { "preshared-key", "/run/psk" } : []]);
    }

    private static async Task AssertSilent(Host from, string address)
    {
        var ping = await from.Run(RunOptions.Usual with { MayFail = true }, "ping", "-n", "-c", "2", "-i", "0.05",
            "-W", "0.3", address);
        Assert.Contains(" 0 received", ping.Output);
    }
}
