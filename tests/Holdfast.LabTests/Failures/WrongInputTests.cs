using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Failures;

/// <summary>What a file may say wrong of uplinks, modes and endpoints: it is told with its place and what was meant, by `config check`
/// and by the daemon, and what is right of it runs.</summary>
public sealed class WrongInputTests : LabTest
{
    private const string File = "/etc/holdfast/holdfast.yaml";

    private Host _hub = null!, _site = null!;
    private Wire _wire = null!;

    [Fact]
    public async Task An_uplink_that_is_not_there_is_told_of_and_used_once_it_comes()
    {
        var lab = await Start();
        var daemon = await Daemon(Yaml("{interface: isp1}, {interface: eht1}, {interface: isp2}"));
        const string Slip = $"{File}:1:30: there is no interface eht1 here yet; did you mean eth1? it is used once it comes";
        const string Missing = $"{File}:1:49: there is no interface isp2 here yet; it is used once it comes";
        await daemon.WaitForLine(Slip, Seconds(5));
        await daemon.WaitForLine(Missing, Seconds(5));
        var check = await _site.Holdfast("config", "check", File);
        Assert.Equal([$"holdfast: warning: {Slip}", $"holdfast: warning: {Missing}"], check.Errors.Split('\n'));
        Assert.StartsWith($"{File} is right", check.Output, StringComparison.Ordinal);
        // The rest runs, and what never comes is shown as what it is.
        await _site.Carries(WgFile.HubV4, Seconds(5));
        Assert.Matches(@"(?m)^eht1 +gone", (await _site.TryHoldfast("uplink", "list")).Output);

        await using var session = await EchoSession.Open(_site, _hub, WgFile.HubV4);
        await lab.AddWire(_site, _hub, new WireOptions { Name = "isp2" });
        await Eventually.Gives(() => TwoUplinks.Working(_site), working => working == "isp1, isp2", Seconds(20), "a path by what came");
        _wire.Unplug();
        await session.Advances(Seconds(10));
        await session.Close();
        Assert.DoesNotContain("isp2 here yet", (await _site.Holdfast("config", "check", File)).Errors);
    }

    [Fact]
    public async Task An_endpoint_that_stands_twice_is_told_of_and_taken_once()
    {
        await Start();
        var twice = WgFile.At(_wire.Far.V4);
        var daemon = await Daemon(Yaml("{interface: isp1}", more: $", \"udp://{twice}\""));
        await daemon.WaitForLine($"{twice} stands twice, and is taken once; remove one of them", Seconds(5));
        Assert.Contains($"warning: {File}:9:", (await _site.Holdfast("config", "check", File)).Errors);
        await _site.Carries(WgFile.HubV4, Seconds(5));
    }

    [Fact]
    public async Task A_mode_that_nobody_knows_is_refused_and_the_rest_runs()
    {
        await Start();
        var daemon = await Daemon(Yaml("{interface: isp1}"));
        await using var session = await EchoSession.Open(_site, _hub, WgFile.HubV4);
        _site.WriteFile(File, Yaml("{interface: isp1}").Replace("paths: failover", "paths: bnod", StringComparison.Ordinal));
        const string Told = $"{File}:8:12: unknown use of paths 'bnod'; did you mean bond?";
        await daemon.Kill(Signal.Hup);
        await daemon.WaitForLine(Told, Seconds(5));
        await daemon.WaitForLine("the last good configuration stays in force", Seconds(5));
        var check = await _site.TryHoldfast("config", "check", File);
        Assert.Equal((1, $"holdfast: error: {Told}"), (check.ExitCode, check.Errors));
        await session.Advances(Seconds(2));
        await session.Close();
        // A start with it says the same.
        await daemon.Stop();
        var start = await _site.TryHoldfast("daemon", "--config", File);
        Assert.Equal((1, true), (start.ExitCode, start.Errors.Contains(Told, StringComparison.Ordinal)));
    }

    private async Task<Lab> Start()
    {
        var lab = await Draw("site =isp1= hub", "site =eth1= hub");
        (_hub, _site, _wire) = (lab.Host("hub"), lab.Host("site"), lab.Wire("isp1"));
        await _hub.Up(WgFile.Hub());
        return lab;
    }

    private async Task<HostProcess> Daemon(string yaml)
    {
        _site.WriteFile(File, yaml);
        var daemon = _site.Start(HoldfastBinary.Path, "daemon", "--config", File);
        await daemon.WaitForLine("hf0 is up", Seconds(10));
        return daemon;
    }

    private string Yaml(string uplinks, string more = "") => $$"""
        uplinks: [{{uplinks}}]
        tunnels:
        - name: hf0
          private_key: "{{KeyPair.Site.Private}}"
          addresses: [{{WgFile.SiteV4}}/24]
          peers:
          - public_key: "{{KeyPair.Hub.Public}}"
            paths: failover
            endpoints: ["{{WgFile.At(_wire.Far.V4)}}"{{more}}]
            allowed_ips: [{{WgFile.HubV4}}/32]
        """;
}
