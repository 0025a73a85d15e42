using System.Globalization;
using System.Text.Json;

namespace Holdfast.LabTests.Scenarios;

/// <summary>
/// A slow way out whose queue takes all: the socket's buffer fills, and the engine has to wait. With one family in use the
/// device's own queue fills; with both, only what is meant for the slow way is dropped.
/// </summary>
public sealed class FullSocketTests : LabTest
{
    private const int PacketBytes = 1392, PacketsPerSecond = 8000;

    // Larger than what the socket may have under way, so that it is the socket that says no.
    private const string Slow = "tc qdisc replace dev isp root tbf burst 70000 limit 64mb rate ";

    [Fact]
    public async Task The_device_fills_and_nothing_is_lost_without_a_name()
    {
        const int Count = 32_000;
        var lab = await Draw("site -isp- hub");
        // Nothing but what the test sends: a new device gets no IPv6.
        foreach (var host in new[] { lab.Host("site"), lab.Host("hub") })
            await host.Run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        var hub = await lab.Host("hub").Up(V4Only(WgFile.Hub()));
        var site = await lab.Host("site").Up(V4Only(WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4))));
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
        await site.Host.Shell(Slow + "40mbit");
        var (offeredBefore, _) = await Device(site.Host);

        await using var sink = Agent.Start(hub.Host, "udp-receive", "7002");
        await sink.WaitForLine("\"ready\"", Seconds(10));
        await using var flood = Flood(site.Host, WgFile.HubV4, Count);
        await flood.WaitForLine("\"sent\"", Seconds(30));

        // All that was offered was read, or refused by the full queue of the device; and what was read has arrived or has a
        // name.
        await Eventually.Until(async () => await Device(site.Host) is var (offered, dropped)
            && offered - offeredBefore >= Count && dropped > 0, Seconds(10), "the device's queue to overflow",
            () => site.Host.Shell("ip -s link show wg0; cat /run/holdfast/wg0.log").Result.ToString());
        await Eventually.Until(async () =>
        {
            var (from, to) = (await Status(site.Host), await Status(hub.Host));
            return Number(from, "packets_from_host") == Number(to, "packets_to_host") + Drops(from) + Drops(to);
        }, Seconds(20), "every packet to have arrived, or to be named",
            () => $"{Status(site.Host).Result}\n{Status(hub.Host).Result}");
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
    }

    [Fact]
    public async Task A_full_socket_of_one_family_does_not_stop_the_other()
    {
        var lab = await Draw("site -isp- hub", "site -fast- third");
        var (site, hub, third) = (lab.Host("site"), lab.Host("hub"), lab.Host("third"));
        await hub.Up(WgFile.Hub());
        await third.Up(new WgFile("wg0", KeyPair.Third)
        {
            Addresses = ["10.8.0.1/24"],
            ListenPort = WgFile.Port,
            Peers = [new WgPeer(KeyPair.Site) { AllowedIps = "10.7.0.2/32" }],
        });
        var file = WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4));
        var bySix = new WgPeer(KeyPair.Third)
        {
            AllowedIps = "10.8.0.1/32",
            Endpoint = WgFile.At(lab.Veth("fast").Far.V6),
        };
        await site.Up(file with { Peers = [.. file.Peers, bySix] });
        await site.Carries(WgFile.HubV4, Seconds(5));
        // It takes the half of the socket's buffer longer than the gap below to leave.
        await site.Shell(Slow + "3mbit");
        await using var session = await EchoSession.Open(site, third, "10.8.0.1");

        await using var flood = Flood(site, WgFile.HubV4, 64_000);
        await flood.WaitForLine("\"sent\"", Seconds(30));
        Assert.Contains("send-buffer-full", (await Status(site)).ToString());
        var progress = await session.Close();
        Assert.True(progress.LongestGapMs < 3000, progress.ToString());
    }

    private static WgFile V4Only(WgFile file) => file with
    {
        Addresses = [file.Addresses[0]],
        Peers = [.. file.Peers.Select(p => p with { AllowedIps = p.AllowedIps.Split(", ")[0] })],
    };

    private static HostProcess Flood(Host from, string to, int count) => Agent.Start(from, "udp-send", to, "7002",
        Agent.Number(PacketsPerSecond), Agent.Number(PacketBytes), Agent.Number(count));

    private static async Task<(long Offered, long Dropped)> Device(Host host)
    {
        const string Statistics = "/sys/class/net/wg0/statistics";
        var numbers = (await host.Run("cat", $"{Statistics}/tx_packets", $"{Statistics}/tx_dropped")).Lines
            .Select(l => long.Parse(l, CultureInfo.InvariantCulture)).ToArray();
        return (numbers[0] + numbers[1], numbers[1]);
    }

    private static async Task<JsonElement> Status(Host host)
        => JsonDocument.Parse((await host.Holdfast("status", "wg0", "--json")).Output).RootElement;

    private static long Number(JsonElement status, string name) => status.GetProperty(name).GetInt64();

    private static long Drops(JsonElement status)
        => status.GetProperty("drops").EnumerateObject().Sum(d => d.Value.GetInt64());
}
