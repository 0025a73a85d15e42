namespace Holdfast.LabTests.Scenarios;

/// <summary>A router with a queue marks datagrams, and the connection inside hears of it.</summary>
public sealed class EcnTests : LabTest
{
    private const int Pings = 5;

    // Marks what reaches the hub, and counts what comes out of its tunnel marked.
    private const string Marking = """
        table inet t {
          chain on_the_way { type filter hook prerouting priority -300;
            udp dport 51820 ip ecn FIELD ip ecn set ce
            udp dport 51820 ip6 ecn FIELD ip6 ecn set ce
          }
          chain inside { type filter hook input priority 0;
            iifname "wg0" ip ecn ce counter comment "v4"
            iifname "wg0" ip6 ecn ce counter comment "v6"
          }
        }
        """;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_mark_on_the_way_is_seen_inside(bool outerV6)
    {
        var lab = await Draw("site -isp- hub");
        var far = lab.Veth("isp").Far;
        var (hub, site) = await lab.BothDevices(outerV6 ? far.V6 : far.V4);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
        await hub.Host.Run("nft", Marking.Replace("FIELD", "ect0", StringComparison.Ordinal));
        foreach (var address in new[] { WgFile.HubV4, WgFile.HubV6 })
        {
            Assert.Contains($" {Pings} received", await PingCapable(site.Host, address));
            Assert.Contains($" {Pings} received", (await Plain(site.Host, address)).Output);
        }
        var counters = (await hub.Host.Run("nft", "list", "ruleset")).Output;
        Assert.Matches($"packets {Pings} bytes [0-9]+ comment \"v4\"", counters);
        Assert.Matches($"packets {Pings} bytes [0-9]+ comment \"v6\"", counters);
    }

    [Fact]
    public async Task What_cannot_tell_of_its_mark_is_lost_by_name()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.BothDevices(lab.Veth("isp").Far.V4);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
        // No router does that to what is not capable; somebody who wants to do harm may.
        await hub.Host.Run("nft", Marking.Replace("FIELD", "not-ect", StringComparison.Ordinal));
        Assert.Contains(" 0 received", (await Plain(site.Host, WgFile.HubV4)).Output);
        var status = await hub.Host.Holdfast("status", "wg0", "--json");
        Assert.Contains($"\"not-ecn-capable\":{Pings}", status.Output);
        Assert.Contains($" {Pings} received", await PingCapable(site.Host, WgFile.HubV4));
    }

    private static Task<RunResult> Plain(Host from, string address) => Ask(from, address, "0");

    private static async Task<string> PingCapable(Host from, string address) => (await Ask(from, address, "2")).Output;

    private static Task<RunResult> Ask(Host from, string address, string trafficClass) =>
        from.Run(RunOptions.Usual with { MayFail = true }, "ping", "-n", "-c", $"{Pings}", "-i", "0.02", "-W", "1", "-Q",
            trafficClass, address);
}
