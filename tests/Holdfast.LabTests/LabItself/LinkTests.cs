namespace Holdfast.LabTests.LabItself;

public sealed class LinkTests : LabTest
{
    [Fact]
    public async Task A_veth_pair_carries()
    {
        var lab = await Draw("site -lan- hub");
        var veth = lab.Veth("lan");
        await lab.Host("site").Carries(veth.Far.V4, Seconds(2));
        await lab.Host("hub").Carries(veth.Near.V6, Seconds(2));
    }

    [Fact]
    public async Task Offloads_and_rate_can_be_set()
    {
        var lab = await Draw("site", "hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        var veth = await lab.AddVeth(site, hub, new VethOptions { Offloads = false, Rate = 50_000_000 });
        var features = await site.Run("ethtool", "-k", veth.Near.Interface);
        Assert.Contains("tcp-segmentation-offload: off", features.Output);
        Assert.Contains("rate 50Mbit", (await hub.Run("tc", "qdisc", "show", "dev", veth.Far.Interface)).Output);
        var result = await Iperf.Run(site, hub, veth.Far.V4);
        Assert.InRange(result.BitsPerSecond, 1e6, 55e6);
    }

    [Fact]
    public async Task UDP_is_measured_too()
    {
        var lab = await Draw("site -lan- hub");
        var result = await Iperf.Run(lab.Host("site"), lab.Host("hub"), lab.Veth("lan").Far.V4,
            new IperfOptions { UdpRate = 10_000_000, Length = 1000 });
        Assert.True(result.Packets > 400, $"{result}");
        Assert.InRange(result.LostPackets, 0, result.Packets / 2);
    }

    [Fact]
    public async Task A_lan_connects_more_than_two()
    {
        var lab = await Draw("a", "b", "c");
        var (a, b, c) = (lab.Host("a"), lab.Host("b"), lab.Host("c"));
        var lan = await lab.AddLan("eth0", a, b, c);
        await a.Carries(lan[c].V4, Seconds(2));
        await b.Carries(lan[a].V6, Seconds(2));
        await lan.Unplug(c);
        Assert.Contains("NO-CARRIER", (await c.Run("ip", "link", "show", "dev", "eth0")).Output);
        Assert.Equal(0, (await Ping.Run(a, lan[c].V4, 1, Milliseconds(10))).Received);
        await a.Carries(lan[b].V4, Seconds(2));
        await lan.Plug(c);
        await a.Carries(lan[c].V4, Seconds(5));
    }
}
