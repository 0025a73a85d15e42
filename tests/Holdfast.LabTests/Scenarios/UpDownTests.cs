using System.Text.Json;

namespace Holdfast.LabTests.Scenarios;

/// <summary>`up`, `down`, and a device that is taken away.</summary>
public sealed class UpDownTests : LabTest
{
    [Fact]
    public async Task Up_returns_when_the_device_is_up_and_down_leaves_nothing()
    {
        var lab = await Draw("site -isp- hub");
        var site = lab.Host("site");
        var before = await HostState.Take(site);
        await site.Up(WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)));
        var link = (await site.Run("ip", "-o", "link", "show", "wg0")).Output;
        Assert.Matches("<[A-Z,_]*UP", link);
        Assert.Contains("mtu 1420", link);
        Assert.Contains("dev wg0", (await site.Run("ip", "route", "get", WgFile.HubV4)).Output);
        // Else a server that starts next could not bind it yet.
        Assert.Contains("nodad", (await site.Run("ip", "-6", "-o", "addr", "show", "dev", "wg0", "scope", "global")).Output);

        var down = await site.Holdfast("down", "wg0");
        await HostState.IsAgain(site, before);
        Assert.Empty(down.Output);
        Assert.Equal(1, (await site.TryHoldfast("down", "wg0")).ExitCode);
    }

    [Fact]
    public async Task Up_twice_is_refused_and_disturbs_nothing()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await using var session = await EchoSession.Open(site.Host, hub.Host, WgFile.HubV4);
        var before = await HostState.Take(site.Host);
        string[][] ways = [["up", site.File.Path], ["up", "wg0"], ["up", "wg0", "--foreground"]];
        foreach (var arguments in ways)
        {
            var again = await site.Host.TryHoldfast(arguments);
            Assert.Equal(1, again.ExitCode);
            Assert.Contains("wg0 is up already", again.Errors);
            Assert.Single(again.Errors.Split('\n'));
        }
        await HostState.IsAgain(site.Host, before);
        await session.Advances(Seconds(1));
        await session.Close();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Down_cleans_up_whether_the_engine_runs_or_was_killed(bool killed)
    {
        var lab = await Draw("site -isp- hub");
        var (site, far) = (lab.Host("site"), lab.Veth("isp").Far);
        await site.Ip($"route add default via {far.V4}", $"route add default via {far.V6}",
            "rule add from 198.51.100.1 table 77", "route add 10.99.0.0/16 dev isp table 77");
        await site.Run("nft", "table inet foreign { chain c { type filter hook input priority 0; }; }");
        var before = await HostState.Take(site);
        var file = WgFile.Site(WgFile.At(far.V4)).WithPeer(p => p with { AllowedIps = "0.0.0.0/0, ::/0" });
        var end = await site.Up(file);
        Assert.NotEqual(before, await HostState.Take(site));
        if (killed)
            await end.KillEngine();
        await site.Holdfast("down", "wg0");
        await HostState.IsAgain(site, before);
    }

    [Fact]
    public async Task A_device_that_is_deleted_ends_the_engine_which_says_why()
    {
        var lab = await Draw("site -isp- hub");
        var (site, far) = (lab.Host("site"), lab.Veth("isp").Far);
        await site.Ip($"route add default via {far.V4}");
        var before = await HostState.Take(site);
        var end = await site.UpInForeground(WgFile.Site(WgFile.At(far.V4))
            .WithPeer(p => p with { AllowedIps = "0.0.0.0/0" }));
        await site.Ip("link del wg0");
        var ended = await end.Process!.Ends(Seconds(5));
        Assert.Contains("deleted", ended.Errors);
        Assert.DoesNotContain("   at ", ended.Errors);
        // Why it ended stays to be read, beside what was logged.
        await HostState.IsAgain(site, before, "/run/holdfast/wg0.");

        await site.Holdfast("up", end.File.Path);
        await site.Ip("link del wg0");
        await Eventually.Until(() => site.PidsOf("holdfast").Count == 0, Seconds(5), "the engine to end");
        await HostState.IsAgain(site, before, "/run/holdfast/wg0.");
        var status = await site.TryHoldfast("status", "wg0");
        Assert.NotEqual(0, status.ExitCode);
        Assert.Contains("deleted", status.Errors + status.Output);
        // It may come back, and go properly.
        await site.Holdfast("up", end.File.Path);
        await site.Holdfast("down", "wg0");
        await HostState.IsAgain(site, before);
    }

    [Fact]
    public async Task The_runtime_keeps_no_port_open_for_debuggers()
    {
        const string Place = "/run/temporary";
        var lab = await Draw("site");
        var site = lab.Host("site");
        Directory.CreateDirectory(site.PathOf(Place));
        var options = RunOptions.Usual with { Environment = new Dictionary<string, string?> { ["TMPDIR"] = Place } };
        var file = WgFile.Site(null);
        site.WriteFile(file.Path, file.ToString());
        await site.Run(options, HoldfastBinary.Path, "up", file.Path);
        var device = site.Start(options, HoldfastBinary.Path, "device", "wg1", "--foreground");
        await Eventually.Until(() => File.Exists(site.PathOf("/run/wireguard/wg1.sock")), Seconds(10),
            "wg1 to be there", device.Describe);
        Assert.Equal(2, site.PidsOf("holdfast").Count);
        Assert.Empty(Directory.GetFileSystemEntries(site.PathOf(Place)));
    }

    [Fact]
    public async Task In_the_foreground_a_signal_takes_it_down()
    {
        var lab = await Draw("site -isp- hub");
        var site = lab.Host("site");
        var before = await HostState.Take(site);
        foreach (var signal in new[] { Signal.Term, Signal.Int })
        {
            var end = await site.UpInForeground(WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)));
            await end.Process!.Kill(signal);
            Assert.Equal(0, (await end.Process.Ends(Seconds(5))).ExitCode);
            await HostState.IsAgain(site, before);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_file_is_read_again_while_its_tunnel_runs(bool foreground)
    {
        var lab = await Draw("site -isp- hub");
        var (host, file) = (lab.Host("hub"), WgFile.Hub());
        var hub = foreground ? await host.UpInForeground(file) : await host.Up(file);
        var site = await lab.Host("site").Up(WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)));
        await using var session = await EchoSession.Open(site.Host, host, WgFile.HubV4);
        var handshake = await hub.LatestHandshake();

        var more = file with
        {
            Addresses = [.. file.Addresses, "10.17.0.1/24"],
            Peers = [.. file.Peers, new WgPeer(KeyPair.Fourth) { AllowedIps = "10.44.0.0/16" }],
        };
        host.WriteFile(file.Path, more.ToString());
        await host.Kill(hub.EnginePid(), Signal.Hup);
        await Eventually.Gives(async () => (await host.Run("ip", "route", "get", "10.44.0.1")).Output,
            route => route.Contains("dev wg0", StringComparison.Ordinal), Seconds(5), "the route of the new peer");
        Assert.Contains("10.17.0.1/24", (await host.Run("ip", "address", "show", "dev", "wg0")).Output);

        // What can't be read, or is another tunnel's, changes nothing.
        var before = await HostState.Take(host);
        host.WriteFile(file.Path, "[Interface]\nPrivatKey = x\n");
        await host.Kill(hub.EnginePid(), Signal.Hup);
        await Eventually.Until(() => Log().Contains("the last good configuration stays in force", StringComparison.Ordinal),
            Seconds(5), "the file to be refused", Log);
        await HostState.IsAgain(host, before);

        host.WriteFile(file.Path, file.ToString());
        await host.Kill(hub.EnginePid(), Signal.Hup);
        await Eventually.Gives(async () => (await host.Run("ip", "address", "show", "dev", "wg0")).Output,
            all => !all.Contains("10.17.", StringComparison.Ordinal), Seconds(5), "the first file to be in force");
        Assert.DoesNotContain(KeyPair.Fourth.Public, (await host.Run("wg", "show", "wg0", "peers")).Output);
        await session.Advances(Seconds(2));
        Assert.Equal(handshake, await hub.LatestHandshake(KeyPair.Site));
        await session.Close();

        string Log() => foreground ? hub.Process!.Errors.Text : File.ReadAllText(host.PathOf("/run/holdfast/wg0.log"));
    }

    [Fact]
    public async Task The_table_may_be_off_or_another_one()
    {
        var lab = await Draw("site -isp- hub");
        var site = lab.Host("site");
        var before = await HostState.Take(site);
        var file = WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4))
            .WithPeer(p => p with { AllowedIps = "10.50.0.0/16, fd50::/32, 0.0.0.0/0" });

        await site.Up(file.With("Table = off"));
        Assert.DoesNotContain("10.50.0.0/16", (await site.Run("ip", "route", "show", "table", "all")).Output);
        await site.Holdfast("down", "wg0");

        await site.Up(file.With("Table = 1234"));
        var routes = await site.Shell("ip -4 route show table 1234; ip -6 route show table 1234");
        Assert.Contains("10.50.0.0/16 dev wg0", routes.Output);
        Assert.Contains("fd50::/32 dev wg0", routes.Output);
        Assert.Contains("default dev wg0", routes.Output);
        // A table of the user's own is the user's to point at.
        Assert.Equal(3, (await site.Run("ip", "-4", "rule")).Lines.Length);
        await site.Holdfast("down", "wg0");
        await HostState.IsAgain(site, before);
    }

    [Fact]
    public async Task The_mtu_is_worked_out_from_the_way_to_the_endpoint()
    {
        var lab = await Draw("site", "hub");
        var site = lab.Host("site");
        var veth = await lab.AddVeth(site, lab.Host("hub"), new VethOptions { InterfaceMtu = 1400 });
        await site.Up(WgFile.Site(WgFile.At(veth.Far.V4)));
        Assert.Equal("1320", await Mtu());
        await site.Holdfast("down", "wg0");
        await site.Up(WgFile.Site(WgFile.At(veth.Far.V4)).With("MTU = 1291"));
        Assert.Equal("1291", await Mtu());

        async Task<string> Mtu() => (await site.Run("cat", "/sys/class/net/wg0/mtu")).Output;
    }

    [Fact]
    public async Task Somebody_elses_mtu_is_followed()
    {
        var lab = await Draw("site -isp- hub");
        var site = lab.Host("site");
        await site.Up(WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)));
        // As many full packets as one run of datagrams has: 48 of 1,320 bytes instead of 45 of 1,420.
        foreach (var (mtu, packets) in new[] { (1420, 45), (1320, 48), (8920, 7) })
        {
            await site.Ip($"link set dev wg0 mtu {mtu}");
            var wanted = $" gso_max_size {Math.Min(packets * (mtu - 52) + 321, 65536)} ";
            await Eventually.Until(async () => (await site.Run("ip", "-d", "link", "show", "wg0")).Output.Contains(wanted,
                StringComparison.Ordinal), Seconds(5), $"super-packets for {mtu}: {wanted}");
        }
    }

    [Fact]
    public async Task Status_shows_what_runs()
    {
        var lab = await Draw("site -isp- hub");
        var (hub, site) = await lab.UpBoth(lab.Veth("isp").Far.V4);
        await site.Host.Carries(WgFile.HubV4, Seconds(5));
        var text = (await site.Host.Holdfast("status")).Output;
        Assert.Contains("wg0", text);
        Assert.Contains(WgFile.At(lab.Veth("isp").Far.V4), text);
        Assert.DoesNotContain(KeyPair.Site.Private, text);

        using var json = JsonDocument.Parse((await hub.Host.Holdfast("status", "wg0", "--json")).Output);
        Assert.Equal("wg0", json.RootElement.GetProperty("name").GetString());
        var peer = Assert.Single(json.RootElement.GetProperty("peers").EnumerateArray());
        Assert.Equal(KeyPair.Site.Public, peer.GetProperty("public_key").GetString());
        Assert.DoesNotContain("private", json.RootElement.ToString());
        await site.Host.Holdfast("down", "wg0");
        Assert.Equal(3, (await site.Host.TryHoldfast("status", "wg0")).ExitCode);
    }
}
