using System.Text.Json;

namespace Holdfast.LabTests.Scenarios;

/// <summary>Holdfast with Debian's wireguard-go at the other end.</summary>
public sealed class InteropTests : LabTest
{
    // Words of wireguard-go's log when something is wrong with what it got.
    private static readonly string[] Complaints = ["error", "invalid", "unknown", "failed to", "dropped"];

    // Drops of what a peer sent that ours could not read.
    private static readonly string[] Unreadable = ["malformed", "bad-mac", "unknown-receiver", "forged", "replayed", "unknown-frame", "inner-not-ip"];

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
        DoesNotComplain(holdfastInitiates ? hubEnd : siteEnd);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_plain_peer_is_served_both_ways_at_once_under_load(bool holdfastInitiates)
    {
        var lab = await Draw("site -isp- hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        var hubEnd = holdfastInitiates ? await hub.WireGuardGo(WgFile.Hub()) : await hub.Up(WgFile.Hub());
        var siteFile = WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4));
        var siteEnd = holdfastInitiates ? await site.Up(siteFile) : await site.WireGuardGo(siteFile);
        await site.Carries(WgFile.HubV4, Seconds(5));

        var load = await Iperf.Run(site, hub, WgFile.HubV4, new IperfOptions { Streams = 4, Time = Seconds(3), More = ["--bidir"] });
        using var document = JsonDocument.Parse(load.Json);
        var back = document.RootElement.GetProperty("end").GetProperty("sum_received_bidir_reverse").GetProperty("bytes").GetInt64();
        Assert.True(load.Bytes > 10_000_000 && back > 10_000_000, load.Json);

        await site.Carries(WgFile.HubV6, Seconds(5));
        DoesNotComplain(holdfastInitiates ? hubEnd : siteEnd);
        // Nothing that came from the other end was of a form that ours did not know.
        var ours = JsonDocument.Parse((await (holdfastInitiates ? site : hub).Holdfast("status", "wg0", "--json")).Output).RootElement;
        foreach (var drop in ours.GetProperty("drops").EnumerateObject())
            Assert.DoesNotContain(drop.Name, Unreadable);
    }

    private static void DoesNotComplain(TunnelEnd plain) =>
        Assert.DoesNotContain(plain.Process!.Output.Lines.Concat(plain.Process.Errors.Lines),
            line => Complaints.Any(c => line.Contains(c, StringComparison.OrdinalIgnoreCase)));

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
