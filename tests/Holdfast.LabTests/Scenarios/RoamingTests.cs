namespace Holdfast.LabTests.Scenarios;

/// <summary>Ends that change their address, and addresses that change under way.</summary>
public sealed class RoamingTests : LabTest
{
    private const string NewSite = "192.0.2.9", NewHub = "192.0.2.10";

    [Fact]
    public async Task A_site_that_changes_its_address_is_followed()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await using var session = await EchoSession.Open(site.Host, hub.Host, WgFile.HubV4);
        var old = lab.Veth("isp").Near.V4;
        Assert.StartsWith($"{old}:", await hub.Endpoint(), StringComparison.Ordinal);

        await site.Host.Ip($"address add {NewSite}/28 dev isp", $"address del {old}/28 dev isp",
            $"address replace {NewSite}/28 dev isp");
        await session.Advances(Seconds(5));
        Assert.StartsWith($"{NewSite}:", await hub.Endpoint(), StringComparison.Ordinal);
        await hub.Host.Carries(WgFile.SiteV4, Seconds(1));
        await session.Close();
    }

    [Fact]
    public async Task A_hub_that_changes_its_address_is_followed_once_it_speaks()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
        var old = lab.Veth("isp").Far.V4;

        await hub.Host.Ip($"address add {NewHub}/28 dev isp", $"address del {old}/28 dev isp",
            $"address replace {NewHub}/28 dev isp");
        await hub.Host.Carries(WgFile.SiteV4, Seconds(2));
        Assert.Equal($"{NewHub}:{WgFile.Port}", await site.Endpoint());
        await site.Host.Carries(WgFile.HubV4, Seconds(1));
    }

    [Fact]
    public async Task Ports_change_at_either_end()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));

        // Nobody has to send anything for that.
        await site.Set("listen-port", "4001");
        await Eventually.Gives(() => hub.Endpoint(), e => e == $"{lab.Veth("isp").Near.V4}:4001", Seconds(2),
            "the hub to see the site's port");
        await hub.Host.Carries(WgFile.SiteV4, Seconds(1));

        await hub.Set("listen-port", "4002");
        await Eventually.Gives(() => site.Endpoint(), e => e == $"{lab.Veth("isp").Far.V4}:4002", Seconds(2),
            "the site to see the hub's port");
        await site.Host.Carries(WgFile.HubV6, Seconds(1));
    }

    [Fact]
    public async Task The_family_outside_changes()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await using var session = await EchoSession.Open(site.Host, hub.Host, WgFile.HubV4);
        await site.SetPeer(KeyPair.Hub, "endpoint", WgFile.At(lab.Veth("isp").Far.V6));
        await session.Advances(Seconds(2));
        await Eventually.Gives(() => hub.Endpoint(),
            e => e.StartsWith($"[{lab.Veth("isp").Near.V6}]", StringComparison.Ordinal), Seconds(2),
            "the hub to see the site's IPv6 address");
        await session.Close();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_source_address_that_a_peer_called_is_kept_until_it_goes(bool v6)
    {
        var lab = await Draw("site -isp- hub");
        var second = v6 ? "2001:db8:1::99" : "192.0.2.10";
        var first = v6 ? lab.Veth("isp").Far.V6 : lab.Veth("isp").Far.V4;
        var length = v6 ? 64 : 28;
        // Without stickiness the kernel would answer from the first address, and the site would follow.
        await lab.Host("hub").Ip($"address add {second}/{length} dev isp nodad");
        var (hub, site) = await lab.UpBoth(second);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
        await hub.Host.Carries(WgFile.SiteV4, Seconds(2));
        Assert.Equal(WgFile.At(second), await site.Endpoint());

        await hub.Host.Ip($"address del {second}/{length} dev isp");
        await hub.Host.Carries(WgFile.SiteV4, Seconds(2));
        await Eventually.Gives(() => site.Endpoint(), e => e == WgFile.At(first), Seconds(2),
            "the site to follow the hub to its first address");
        await site.Host.Carries(WgFile.HubV4, Seconds(1));
    }
}
