using System.Text.Json;

namespace Holdfast.LabTests.Scenarios;

/// <summary>What seals data between two ends, as `holdfast status` tells.</summary>
public sealed class CipherTests : LabTest
{
    private const string WireGuards = "chacha20-poly1305";

    // Without the instructions an end offers nothing.
    private static readonly string Fastest =
        File.ReadAllText("/proc/cpuinfo").Split().Contains("aes") ? "aes-256-gcm" : WireGuards;

    [Fact]
    public async Task Two_ends_agree_on_the_fastest_that_both_have()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
        await Shows(hub.Host, Fastest);
        await Shows(site.Host, Fastest);
        Assert.Contains($"cipher: {Fastest}", (await site.Host.Holdfast("status", "wg0")).Output);
        await using var session = await EchoSession.Open(site.Host, hub.Host, WgFile.HubV4);

        // A restarted end agrees again, and what is open inside lives on.
        await site.KillEngine();
        await site.Host.Holdfast("up", site.File.Path);
        await session.Advances(Seconds(10));
        await Shows(hub.Host, Fastest);
        await Shows(site.Host, Fastest);
        await session.Close();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task One_end_that_wants_WireGuards_keeps_both_on_it(bool siteWants)
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = (lab.Host("hub"), lab.Host("site"));
        var address = lab.Veth("isp").Far.V4;
        await Daemon(hub, KeyPair.Hub, $"{WgFile.HubV4}/24", siteWants ? "auto" : "wireguard",
            $"{{public_key: \"{KeyPair.Site.Public}\", allowed_ips: [{WgFile.SiteV4}/32]}}");
        await Daemon(site, KeyPair.Site, $"{WgFile.SiteV4}/24", siteWants ? "wireguard" : "auto",
            $"{{public_key: \"{KeyPair.Hub.Public}\", allowed_ips: [{WgFile.HubV4}/32], endpoints: [\"udp://{WgFile.At(address)}\"]}}");
        Assert.True((await Iperf.Run(site, hub, WgFile.HubV4)).Bytes > 1_000_000);
        foreach (var host in new[] { hub, site })
        {
            var peer = await Shows(host, WireGuards);
            Assert.DoesNotContain(peer.GetProperty("drops").EnumerateObject(), d => d.Name is "inner-not-ip" or "unknown-frame");
        }
    }

    private static async Task Daemon(Host host, KeyPair key, string address, string cipher, string peer)
    {
        host.WriteFile("/etc/holdfast/holdfast.yaml", $"""
            tunnels:
              - name: wg0
                private_key: "{key.Private}"
                addresses: [{address}]
                cipher: {cipher}
                listen: ["udp://:{WgFile.Port}"]
                peers: [{peer}]

            """);
        var daemon = host.Start(HoldfastBinary.Path, "daemon", "--config", "/etc/holdfast/holdfast.yaml");
        await daemon.WaitForLine("wg0 is up", Seconds(10));
    }

    /// <summary>Waits until the only peer's status names the cipher, and gives that status.</summary>
    private static Task<JsonElement> Shows(Host host, string cipher) => Eventually.Gives(async () =>
    {
        using var json = JsonDocument.Parse((await host.Holdfast("status", "wg0", "--json")).Output);
        return json.RootElement.GetProperty("peers").EnumerateArray().Single().Clone();
    }, peer => peer.GetProperty("cipher").GetString() == cipher, Seconds(5), $"{host.Name} to seal with {cipher}");
}
