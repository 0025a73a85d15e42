namespace Holdfast.LabTests.Scenarios;

/// <summary>A site behind a NAT that forgets a mapping after two seconds.</summary>
public sealed class NatTests : LabTest
{
    private static readonly NatOptions Forgetful = new()
    {
        MappingLifetime = TimeSpan.FromSeconds(2),
        InboundRefreshes = false,
        MapsByEndpoint = true,
    };

    [Fact]
    public async Task A_keepalive_keeps_the_mapping_open()
    {
        var lab = await Draw("site", "hub");
        var options = new WireOptions { Name = "isp", Nat = Forgetful };
        var wire = await lab.AddWire(lab.Host("site"), lab.Host("hub"), options);
        var hub = await lab.Host("hub").Up(WgFile.Hub());
        await lab.Host("site").Up(WgFile.Site(WgFile.At(wire.Far.V4)).WithPeer(p => p with { Keepalive = 1 }));
        await hub.HasSession();
        var (start, endpoint) = (await hub.Transfer(), await hub.Endpoint());

        // Four keepalives of 32 bytes take longer than a mapping lives.
        await Eventually.Until(async () => (await hub.Transfer() - start).Received >= 4 * 32, Seconds(8),
            "four keepalives to arrive");
        await hub.Host.Carries(WgFile.SiteV4, Seconds(1));
        Assert.Equal(endpoint, await hub.Endpoint());
        Assert.Equal(0, wire.Backward.Counters.DroppedAs(DropCause.NoMapping));
    }

    [Fact]
    public async Task Without_keepalive_the_inside_opens_it_again()
    {
        var lab = await Draw("site", "hub");
        var (siteHost, hubHost) = (lab.Host("site"), lab.Host("hub"));
        var wire = await lab.AddWire(siteHost, hubHost, new WireOptions { Name = "isp", Nat = Forgetful });
        var (hub, site) = await lab.UpBoth(wire.Far.V4);
        await siteHost.Carries(WgFile.HubV4, Seconds(5));
        var endpoint = await hub.Endpoint();

        // The hub goes on sending, but the site does not answer: so nothing from inside refreshes the mapping.
        await siteHost.Run("nft", """
            table inet t {
              chain c { type filter hook input priority 0; iifname "wg0" drop; }
            }
            """);
        await using (hubHost.Start("ping", "-n", "-i", "0.1", WgFile.SiteV4))
        {
            await Eventually.Until(() => wire.Backward.Counters.DroppedAs(DropCause.NoMapping) > 0, Seconds(5),
                "the NAT to forget", wire.ToString);
        }
        await siteHost.Run("nft", "delete", "table", "inet", "t");

        await siteHost.Carries(WgFile.HubV4, Seconds(5));
        Assert.NotEqual(endpoint, await hub.Endpoint());
        await hubHost.Carries(WgFile.SiteV4, Seconds(1));
        Assert.Equal(WgFile.At(wire.Far.V4), await site.Endpoint());
    }
}
