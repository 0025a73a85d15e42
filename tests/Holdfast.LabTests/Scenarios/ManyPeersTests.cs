using System.Globalization;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.LabAgents;

namespace Holdfast.LabTests.Scenarios;

/// <summary>
/// A hub with thousands of peers: what does not depend on the machine. `make bench ARGS=peers` measures the rest, beside
/// wireguard-go.
/// </summary>
public sealed class ManyPeersTests : LabTest
{
    private const double ConfiguredKibibytes = 4, SessionKibibytes = 24;

    private static readonly RunOptions Patient = RunOptions.Usual with { Timeout = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task Ten_thousand_peers_are_served_shown_changed_and_gone()
    {
        const int Count = 10_000;
        var lab = await Draw("hub", "one");
        var (hub, one) = (lab.Host("hub"), lab.Host("one"));
        await Up(one, 1);
        var end = await Up(hub, Count);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Count, (await Status(hub)).Peers.Count);
            Assert.Equal(Count, (await hub.Run("wg", "show", "wg0", "allowed-ips")).Lines.Length);
            await Status(one);
            await one.Run("wg", "show", "wg0", "allowed-ips");
        }
        Assert.Equal(Count, (await hub.Run("ip", "route", "show", "dev", "wg0")).Lines.Length);
        var each = (Resident(hub) - Resident(one)) / Count;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{each:F2} KiB a configured peer, above {Resident(one) / 1024:F1} MiB"));
        Assert.InRange(each, 0, ConfiguredKibibytes);

        // The stock tool reads and writes that many: the first half stays, the second half is new.
        var half = File(Count, from: Count / 2);
        hub.WriteFile("/etc/wireguard/half.conf", half.ForWg());
        await hub.Run(Patient, "wg", "syncconf", "wg0", "/etc/wireguard/half.conf");
        var shown = (await hub.Run("wg", "show", "wg0", "peers")).Lines.ToHashSet();
        Assert.True(shown.SetEquals(half.Peers.Select(p => p.Key.Public)));

        await hub.Run(Patient, HoldfastBinary.Path, "down", end.Name);
        Assert.Empty((await hub.Run("ip", "route", "show", "table", "all", "proto", "72")).Output);
        Assert.DoesNotContain("wg0", (await hub.Run("ip", "link")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_with_thousands_fit_and_a_killed_hub_calls_them_all()
    {
        const int Count = 2_000;
        var lab = await Draw("hub -wire- sites", "one");
        var (hub, sites, wire) = (lab.Host("hub"), lab.Host("sites"), lab.Veth("wire"));
        await sites.Ip($"route add local {SwarmSite.Network} dev lo");
        await hub.Ip($"route add {SwarmSite.Network} via {wire.Far.V4}");
        await Up(lab.Host("one"), 1);
        var end = await Up(hub, Count);

        // At a rate that no hub takes for a flood.
        await using var swarm = Agent.Start(sites, "swarm", wire.Near.V4, Number(WgFile.Port), KeyPair.Hub.Public,
            Number(Count), "400");
        await swarm.WaitForLine("\"complete\":1", TimeSpan.FromSeconds(40));
        Assert.All((await Status(hub)).Peers, p => Assert.True(p.HasSession));
        var each = (Resident(hub) - Resident(lab.Host("one"))) / Count;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{each:F2} KiB a peer with a session"));
        Assert.InRange(each, 0, SessionKibibytes);

        await end.KillEngine();
        await hub.Holdfast("up", end.File.Path);
        await swarm.WaitForLine("\"complete\":2", TimeSpan.FromSeconds(40));
        Assert.All((await Status(hub)).Peers, p => Assert.True(p.HasSession));
    }

    private static async Task<TunnelEnd> Up(Host host, int peers)
    {
        var file = File(peers);
        host.WriteFile(file.Path, file.ToString());
        await host.Run(Patient, HoldfastBinary.Path, "up", file.Path);
        return new TunnelEnd(host, file);
    }

    private static WgFile File(int peers, int from = 0) => new("wg0", KeyPair.Hub)
    {
        Addresses = ["10.7.0.1/32"],
        ListenPort = WgFile.Port,
        Peers =
        [
            .. Enumerable.Range(from, peers).Select(i => new WgPeer(new KeyPair("", SwarmSite.Key(i).ToString()))
            {
                AllowedIps = $"{SwarmSite.Inner(i)}/32",
            }),
        ],
    };

    private static async Task<TunnelStatus> Status(Host host)
        => JsonSerializer.Deserialize((await host.Holdfast("status", "wg0", "--json")).Output,
            ControlJson.Default.TunnelStatus)!;

    private static double Resident(Host host) => Kibibytes(host.PidsOf("holdfast").Single());

    private static double Kibibytes(int pid)
        => System.IO.File.ReadLines($"/proc/{pid}/status").Where(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Select(l => double.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
            .Single();

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
