namespace Holdfast.LabTests.Scenarios;

/// <summary>Engines that are killed under traffic and started again.</summary>
public sealed class RestartTests : LabTest
{
    /// <summary>What the tunnel may take, once its engine is up again, until it carries.</summary>
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task The_site_is_killed_and_carries_again()
    {
        var lab = await Draw("site =isp= hub");
        var (hub, site) = await lab.UpBoth(lab.Wire("isp").Far.V4);
        await KillAndStart(hub, site, [site], from: hub.Host, to: WgFile.SiteV4);
    }

    [Fact]
    public async Task The_hub_is_killed_and_remembers_where_the_site_is()
    {
        var lab = await Draw("site =isp= hub");
        var (hub, site) = await lab.UpBoth(lab.Wire("isp").Far.V4);
        // The site is told nothing and has no reason to speak: the hub has to know by itself.
        await KillAndStart(hub, site, [hub], from: hub.Host, to: WgFile.SiteV4);
        Assert.StartsWith($"{lab.Wire("isp").Near.V4}:", await hub.Endpoint(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_ends_are_killed_and_meet_again()
    {
        var lab = await Draw("site =isp= hub");
        var (hub, site) = await lab.UpBoth(lab.Wire("isp").Far.V6);
        await KillAndStart(hub, site, [hub, site], from: site.Host, to: WgFile.HubV4);
    }

    [Fact]
    public async Task A_hub_behind_which_the_site_roamed_remembers_the_last_address()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
        await site.Set("listen-port", "4005");
        // What the hub learns reaches its disk soon after, not before the next packet.
        Assert.Equal(20, (await Ping.Run(site.Host, WgFile.HubV4, 20, Milliseconds(20))).Received);
        await hub.KillEngine();
        await hub.Host.Up(hub.File);
        await hub.Host.Carries(WgFile.SiteV4, Promise);
        Assert.Equal($"{lab.Veth("isp").Near.V4}:4005", await hub.Endpoint());
    }

    [Fact]
    public async Task An_engine_that_is_killed_again_and_again_is_never_refused()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
        // A box without a clock goes back in time with each start; what it sent last is on its disk.
        for (var round = 0; round < 4; round++)
        {
            await site.KillEngine();
            await site.Host.Up(site.File);
            await site.Host.Carries(WgFile.HubV4, Promise);
        }
        Assert.Single(hub.Host.PidsOf("holdfast"));
    }

    [Fact]
    public async Task A_start_that_is_killed_leaves_nothing_that_down_does_not_clean()
    {
        var lab = await Draw("site -isp- hub");
        var site = lab.Host("site");
        await site.Ip($"route add default via {lab.Veth("isp").Far.V4}");
        var before = await HostState.Take(site);
        var file = WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)).WithPeer(p => p with { AllowedIps = "0.0.0.0/0" });
        site.WriteFile(file.Path, file.ToString());
        var steps = new Func<bool>[]
        {
            () => site.PidsOf("holdfast").Count > 0,
            () => File.Exists(site.PathOf("/run/wireguard/wg0.sock")),
            () => File.Exists(site.PathOf("/run/holdfast/wg0.json")),
            () => Directory.Exists($"/proc/{site.HolderPid}/root/run/holdfast")
                && File.Exists(site.PathOf("/run/holdfast/wg0.sock")),
        };
        foreach (var step in steps)
        {
            var up = site.Start(HoldfastBinary.Path, "up", file.Path);
            await Eventually.Until(step, Seconds(5), "a start to have come this far", up.Describe);
            foreach (var pid in site.PidsOf("holdfast"))
                await TryKill(site, pid);
            await up.Ends(Seconds(5));
            await Eventually.Until(() => site.PidsOf("holdfast").Count == 0, Seconds(5), "the engine to be gone");
            // Whatever it had made so far is taken away, or adopted by the next start.
            await site.TryHoldfast("down", "wg0");
            await HostState.IsAgain(site, before);
        }
        var end = await site.Up(file);
        Assert.True(end.EnginePid() > 0);
        await site.Holdfast("down", "wg0");
        await HostState.IsAgain(site, before);
    }

    private static async Task KillAndStart(TunnelEnd hub, TunnelEnd site, TunnelEnd[] killed, Host from, string to)
    {
        await using var session = await EchoSession.Open(site.Host, hub.Host, WgFile.HubV4);
        await using var inward = await EchoSession.Open(hub.Host, site.Host, WgFile.SiteV6);
        var watches = killed.Select(end => (end, monitor: end.Host.Start("ip", "monitor", "link", "address", "route",
            "rule"), before: Shape(end))).ToList();
        var lookers = watches.Select(w => w.monitor.Pid());
        await Task.WhenAll(lookers);
        foreach (var end in killed)
            await end.KillEngine();
        foreach (var (end, _, before) in watches)
            Assert.Equal(await before, await Shape(end));

        await Task.WhenAll(killed.Select(end => end.Host.Holdfast("up", end.File.Path)));
        await from.Carries(to, Promise);
        await session.Advances(Seconds(5));
        await inward.Advances(Seconds(5));
        foreach (var (end, monitor, before) in watches)
        {
            Assert.Equal(await before, await Shape(end));
            await monitor.DisposeAsync();
            Assert.DoesNotContain(monitor.Output.Lines, l => l.StartsWith("Deleted", StringComparison.Ordinal)
                && l.Contains("wg0", StringComparison.Ordinal));
        }
        await session.Close();
        await inward.Close();
    }

    // A device's number tells whether it is the same one; its flags tell the carrier, which goes with the engine.
    private static async Task<string> Shape(TunnelEnd end) => (await end.Host.Shell($"""
        cat /sys/class/net/{end.Name}/ifindex /sys/class/net/{end.Name}/mtu
        ip -o addr show dev {end.Name} | sed 's/ linkdown//'
        ip -4 route show table all | sed 's/ linkdown//'; ip -6 route show table all | sed 's/ linkdown//'
        ip -4 rule; ip -6 rule
        """)).Output;

    private static async Task TryKill(Host host, int pid)
    {
        try
        {
            await host.Kill(pid, Signal.Kill);
        }
        catch (LabException) when (!host.PidsOf("holdfast").Contains(pid))
        {
            // It ended by itself between the look and the signal.
        }
    }
}
