namespace Holdfast.LabTests.Scenarios;

/// <summary>Devices that are deleted while somebody else works on them.</summary>
public sealed class VanishingTests : LabTest
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Down_and_the_deletion_of_the_device_may_meet(bool killed)
    {
        var lab = await Draw("site -isp- hub");
        var (site, far) = (lab.Host("site"), lab.Veth("isp").Far);
        await site.Ip($"route add default via {far.V4}");
        var before = await HostState.Take(site);
        var file = WgFile.Site(WgFile.At(far.V4)).WithPeer(p => p with { AllowedIps = "0.0.0.0/0, ::/0" });
        for (var round = 0; round < 8; round++)
        {
            var end = await site.Up(file);
            if (killed) await end.KillEngine();
            // A little later each time, so that they meet at different places.
            var down = await site.Run("sh", "-c",
                $"(sleep 0.0{round * 5}; ip link del wg0 2>/dev/null) & {HoldfastBinary.Path} down wg0; code=$?; wait; exit $code");
            Assert.Empty(down.Errors);
            await HostState.IsAgain(site, before);
        }
    }

    [Fact]
    public async Task A_reload_and_the_deletion_of_a_device_may_meet()
    {
        var lab = await Draw("hub");
        var hub = lab.Host("hub");
        const string Path = "/etc/holdfast/holdfast.yaml";
        hub.WriteFile(Path, Yaml(0));
        await using var daemon = hub.Start(HoldfastBinary.Path, "daemon", "--config", Path);
        await daemon.WaitForLine("hf0 is up", Seconds(10));
        for (var round = 1; round < 8; round++)
        {
            hub.WriteFile(Path, Yaml(round));
            await daemon.Kill(Signal.Hup);
            await hub.Ip("link del hf0");
            // Whichever came first, the tunnel comes back as the new file has it.
            var wanted = $"10.{60 + round}.0.0/16";
            await Eventually.Until(async () => (await hub.Run(RunOptions.Usual with { MayFail = true }, "ip", "route", "show",
                "dev", "hf0")).Output.Contains(wanted, StringComparison.Ordinal), Seconds(10), $"hf0 to have {wanted}",
                daemon.Describe);
        }
        Assert.DoesNotContain("stays in force", daemon.Errors.Text);
        Assert.False(daemon.HasExited, daemon.Describe());
    }

    private static string Yaml(int round) => $"""
        tunnels:
          - name: hf0
            private_key: "{KeyPair.Hub.Private}"
            addresses: [{WgFile.HubV4}/24]
            peers:
              - {"{"}public_key: "{KeyPair.Site.Public}", allowed_ips: [10.{60 + round}.0.0/16]{"}"}
        """;
}
