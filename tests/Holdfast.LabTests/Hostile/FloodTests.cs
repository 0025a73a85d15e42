using System.Globalization;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.LabAgents;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Hostile;

/// <summary>
/// Floods of initiations whose first MAC is right, from addresses that answer: the worst that somebody without a key of a peer
/// can send.
/// </summary>
public sealed class FloodTests : LabTest
{
    private const int InitiationBytes = 148;
    private const double KibibytesByMany = 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task A_flood_gets_cookies_and_costs_no_memory(int sources)
    {
        var (lab, hub, site) = await DrawUp();
        // The first of its kind makes the tables that are kept, and finds out what the machine takes.
        await Flood(lab, perSecond: 5_000, seconds: 1, sources);
        var before = Resident(hub);
        var dropped = await Dropped(hub.Host);

        var flood = await Flood(lab, perSecond: 10_000, seconds: 3, sources);

        Tell(sources, flood);
        Assert.True(flood.Cookies > 0, $"{flood}");
        Assert.InRange(flood.LongestAnswer, 1, InitiationBytes - 1);
        Assert.Equal(0, flood.Responses + flood.Others);
        Assert.True(flood.Cookies <= flood.Flooded, $"{flood}");
        // Each is counted, but for those that the socket's own buffer had no room for.
        var after = await Dropped(hub.Host);
        Assert.InRange(after - dropped, flood.Cookies, flood.Flooded);
        Assert.InRange(Resident(hub), 0, before + KibibytesByMany);
        await site.Host.Carries(WgFile.HubV4, Patience);
        Assert.Equal(1, (await Status(hub.Host)).Peers.Single().Handshakes);
    }

    /// <summary>A test of the machine as much as of the program, so `make soak` alone judges it.</summary>
    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task A_session_keeps_its_throughput_in_a_flood(int sources)
    {
        const int Rounds = 5;
        var (lab, hub, site) = await DrawUp();
        await Throughput(site);
        var (quiet, flooded) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            quiet.Add(await Throughput(site));
            var flood = Flood(lab, perSecond: 20_000, seconds: 5, sources);
            flooded.Add(await Throughput(site));
            Tell(sources, await flood);
        }
        var ratio = Median(flooded) / Median(quiet);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{sources} sources: {Median(quiet) / 1e6:F0} Mbit/s without, {Median(flooded) / 1e6:F0} Mbit/s with 20,000 "
            + $"initiations a second, ratio {ratio:F2}"));
        Assert.True(ratio >= .7, $"{ratio:F2}: {string.Join(' ', quiet)} against {string.Join(' ', flooded)}");
    }

    private async Task<(Lab Lab, TunnelEnd Hub, TunnelEnd Site)> DrawUp()
    {
        var lab = await Draw("site -isp- hub", "strangers -net- hub");
        await lab.Host("strangers").Ip($"route add local {SwarmSite.Network} dev lo");
        await lab.Host("hub").Ip($"route add {SwarmSite.Network} via {lab.Veth("net").Near.V4}");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await site.Host.Carries(WgFile.HubV4, Patience);
        return (lab, hub, site);
    }

    private static async Task<FloodReport> Flood(Lab lab, int perSecond, int seconds, int sources)
    {
        await using var flood = Agent.Start(lab.Host("strangers"), "flood", lab.Veth("net").Far.V4, Number(WgFile.Port),
            KeyPair.Hub.Public, Number(perSecond), Number(seconds), Number(sources));
        var line = await flood.WaitForLine("\"flooded\"", TimeSpan.FromSeconds(seconds) + Patience);
        return JsonSerializer.Deserialize<FloodReport>(line, JsonSerializerOptions.Web)!;
    }

    private static async Task<double> Throughput(TunnelEnd site)
        => (await Iperf.Run(site.Host, site.Host.Lab.Host("hub"), WgFile.HubV4, new IperfOptions { Time = Seconds(3) }))
            .BitsPerSecond;

    private static async Task<long> Dropped(Host hub)
    {
        var drops = (await Status(hub)).Drops;
        return drops.GetValueOrDefault("cookie-needed") + drops.GetValueOrDefault("rate-limited")
            + drops.GetValueOrDefault("unknown-peer");
    }

    private static async Task<TunnelStatus> Status(Host host)
        => JsonSerializer.Deserialize((await host.Holdfast("status", "wg0", "--json")).Output,
            ControlJson.Default.TunnelStatus)!;

    private static double Resident(TunnelEnd end)
        => File.ReadLines($"/proc/{end.EnginePid()}/status").Where(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Select(l => double.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
            .Single();

    private static double Median(List<double> figures) => figures.Order().ElementAt(figures.Count / 2);

    private static void Tell(int sources, FloodReport flood) => TestContext.Current.TestOutputHelper?.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{sources} sources: {flood.Flooded / flood.Seconds:F0} initiations a "
            + $"second, {flood.Cookies} cookies for {flood.Flooded}, longest answer {flood.LongestAnswer} bytes"));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
