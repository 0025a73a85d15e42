namespace Holdfast.LabTests.Scenarios;

/// <summary>Holdfast with Debian's wireguard-go at the other end.</summary>
public sealed class InteropTests : LabTest
{
    // Words of wireguard-go's log when something is wrong with what it got.
    private static readonly string[] Complaints = ["error", "invalid", "unknown", "failed to", "dropped"];

    public static TheoryData<bool, bool, bool> Ways
    {
        get
        {
            var ways = new TheoryData<bool, bool, bool>();
            foreach (var initiates in new[] { true, false })
                foreach (var v6 in new[] { false, true })
                    foreach (var preshared in new[] { false, true })
                        ways.Add(initiates, v6, preshared);
            return ways;
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_plain_peer_carries_both_families_both_ways(bool holdfastInitiates, bool outerV6,
        bool preshared)
    {
        var lab = await Draw("site -isp- hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        var far = lab.Veth("isp").Far;
        var key = preshared ? KeyPair.Preshared : null;
        var hubFile = WgFile.Hub().WithPeer(p => p with { Preshared = key });
        var siteFile = WgFile.Site(WgFile.At(outerV6 ? far.V6 : far.V4)).WithPeer(p => p with { Preshared = key });

        // The hub knows no endpoint, so the site initiates.
        var hubEnd = holdfastInitiates ? await hub.WireGuardGo(hubFile) : await hub.Up(hubFile);
        var siteEnd = holdfastInitiates ? await site.Up(siteFile) : await site.WireGuardGo(siteFile);

        await site.Carries(WgFile.HubV4, Seconds(5));
        await site.Carries(WgFile.HubV6, Seconds(5));
        await hub.Carries(WgFile.SiteV4, Seconds(5));
        var (hubBefore, siteBefore) = (await hubEnd.Transfer(), await siteEnd.Transfer());
        var up = await Iperf.Run(site, hub, WgFile.HubV4);
        var down = await Iperf.Run(site, hub, WgFile.HubV6, new IperfOptions { Reverse = true });
        Assert.True(up.Bytes > 1_000_000, up.Json);
        Assert.True(down.Bytes > 1_000_000, down.Json);

        var (hubAfter, siteAfter) = await AtRest(hubEnd, siteEnd);
        var (hubMoved, siteMoved) = (hubAfter - hubBefore, siteAfter - siteBefore);
        AssertPlausible(up.Bytes, hubMoved.Received, siteMoved.Sent);
        AssertPlausible(down.Bytes, siteMoved.Received, hubMoved.Sent);
        // An end that is offered AES-256-GCM and does not know it neither gets it nor anything to complain about.
        Assert.Contains("chacha20-poly1305", (await (holdfastInitiates ? site : hub).Holdfast("status", "wg0")).Output);
        var plain = (holdfastInitiates ? hubEnd : siteEnd).Process!;
        Assert.DoesNotContain(plain.Output.Lines.Concat(plain.Errors.Lines),
            line => Complaints.Any(c => line.Contains(c, StringComparison.OrdinalIgnoreCase)));
    }

    // The ends are read one after the other, so nothing may be on its way meanwhile.
    private static async Task<(Transfer Hub, Transfer Site)> AtRest(TunnelEnd hub, TunnelEnd site)
    {
        var last = (Hub: await hub.Transfer(), Site: await site.Transfer());
        await Eventually.Until(async () =>
        {
            var before = last;
            last = (await hub.Transfer(), await site.Transfer());
            return last == before;
        }, Seconds(5), "the tunnel to be at rest");
        return last;
    }

    // At least what the application got, and no more than was sent. How much more depends on what was sent again and what was
    // under way when the clock of the measurement stopped.
    private static void AssertPlausible(long payload, long received, long sent)
    {
        Assert.True(received >= payload, $"{received} bytes received, of which {payload} are said to be payload");
        Assert.True(sent >= received, $"{received} bytes received of {sent} that were sent");
    }
}
