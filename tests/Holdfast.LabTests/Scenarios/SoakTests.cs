using System.Globalization;

namespace Holdfast.LabTests.Scenarios;

/// <summary>The long ones: run by <c>make soak</c> alone.</summary>
public sealed class SoakTests : LabTest
{
    /// <summary>Bits per second: time is what counts here, and a machine that is not full tells more of the
    /// tunnel.</summary>
    private const long Rate = 20_000_000;

    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Theory(Explicit = true)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ten_minutes_with_a_plain_peer_cross_several_rekeys(bool holdfastInitiates)
    {
        var lab = await Draw("site", "hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        await lab.AddVeth(site, hub, new VethOptions { Name = "isp", Rate = Rate });
        var hubFile = WgFile.Hub();
        var siteFile = WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4));
        var hubEnd = holdfastInitiates ? await hub.WireGuardGo(hubFile) : await hub.Up(hubFile);
        var siteEnd = holdfastInitiates ? await site.Up(siteFile) : await site.WireGuardGo(siteFile);
        await site.Carries(WgFile.HubV4, Seconds(5));

        await using var session = await EchoSession.Open(site, hub, WgFile.HubV4);
        var handshakes = new HashSet<long>();
        var end = DateTimeOffset.UtcNow + TenMinutes;
        var moved = 0L;
        while (DateTimeOffset.UtcNow < end)
        {
            // The direction changes, so that the initiator sometimes sends and sometimes only receives.
            var run = await Iperf.Run(site, hub, WgFile.HubV4,
                new IperfOptions { Time = Seconds(20), Reverse = handshakes.Count % 2 == 1 });
            moved += run.Bytes;
            handshakes.Add(await (holdfastInitiates ? siteEnd : hubEnd).LatestHandshake());
        }
        await session.Advances(Seconds(2));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"holdfast initiates: {holdfastInitiates}; {moved / 1e9:F1} GB, {handshakes.Count} handshakes seen, "
            + $"longest gap of the echo session {session.Progress.LongestGapMs} ms"));
        Assert.True(handshakes.Count >= 4, $"only {handshakes.Count} handshakes in ten minutes");
        var plain = (holdfastInitiates ? hubEnd : siteEnd).Process!;
        Assert.DoesNotContain(plain.Output.Lines.Concat(plain.Errors.Lines),
            line => line.Contains("ERROR", StringComparison.Ordinal));
    }
}
