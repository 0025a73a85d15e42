namespace Holdfast.LabTests.Scenarios;

/// <summary>What a wg-quick file asks `up` and `down` to do besides the tunnel.</summary>
public sealed class HookTests : LabTest
{
    [Fact]
    public async Task Commands_run_in_order_and_know_the_interface()
    {
        var lab = await Draw("site -isp- hub");
        var site = lab.Host("site");
        await site.Up(WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)).With(
            $"PreUp = {Note("pre-up 1")}; ! ip link show %i", $"PreUp = {Note("pre-up 2")}",
            $"PostUp = {Note("post-up 1")}; ip link show %i > /dev/null && wg show %i > /dev/null",
            $"PostUp = {Note("post-up 2")}",
            $"PreDown = {Note("pre-down 1")}; ip link show %i > /dev/null", $"PreDown = {Note("pre-down 2")}",
            $"PostDown = {Note("post-down 1")}; ! ip link show %i", $"PostDown = {Note("post-down 2")}"));
        string[] ups = ["pre-up 1 wg0", "pre-up 2 wg0", "post-up 1 wg0", "post-up 2 wg0"];
        Assert.Equal(ups, Notes(site));
        await site.Holdfast("down", "wg0");
        Assert.Equal([.. ups, "pre-down 1 wg0", "pre-down 2 wg0", "post-down 1 wg0", "post-down 2 wg0"], Notes(site));
    }

    [Fact]
    public async Task In_the_foreground_they_run_as_well()
    {
        var lab = await Draw("site -isp- hub");
        var site = lab.Host("site");
        var end = await site.UpInForeground(WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)).With(
            $"PreUp = {Note("pre-up")}", $"PostUp = {Note("post-up")}", $"PreDown = {Note("pre-down")}",
            $"PostDown = {Note("post-down")}"));
        await Eventually.Until(() => Notes(site) is [.., "post-up wg0"], Seconds(5), "PostUp to run");
        await end.Process!.Stop();
        Assert.Equal(["pre-up wg0", "post-up wg0", "pre-down wg0", "post-down wg0"], Notes(site));
    }

    [Theory]
    [InlineData("PreUp", false), InlineData("PostUp", false), InlineData("PreUp", true), InlineData("PostUp", true)]
    public async Task A_command_that_fails_on_the_way_up_leaves_nothing(string hook, bool foreground)
    {
        var lab = await Draw("site -isp- hub");
        var site = lab.Host("site");
        await site.Ip($"route add default via {lab.Veth("isp").Far.V4}");
        var before = await HostState.Take(site);
        var file = WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)).WithPeer(p => p with { AllowedIps = "0.0.0.0/0" })
            .With($"{hook} = exit 7");
        site.WriteFile(file.Path, file.ToString());
        var up = await site.TryHoldfast(["up", file.Path, .. foreground ? new[] { "--foreground" } : []]);
        Assert.Equal(1, up.ExitCode);
        Assert.Contains("`exit 7` ended with code 7", up.Errors);
        Assert.DoesNotContain("   at ", up.Errors);
        await HostState.IsAgain(site, before);
    }

    [Fact]
    public async Task Name_servers_go_through_resolvconf_and_back()
    {
        var lab = await Draw("site -isp- hub");
        var site = lab.Host("site");
        const string Fake = "#!/bin/sh\n{ echo \"$@\"; [ \"$1\" = -d ] || cat; } >> /var/lib/notes\n";
        site.WriteFile("/run/bin/resolvconf", Fake, (UnixFileMode)0b111_101_101);
        var path = new Dictionary<string, string?> { ["PATH"] = "/run/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
        var options = RunOptions.Usual with { Environment = path };
        var file = WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)).With("DNS = 10.7.0.1, fd07::1, example.org");
        site.WriteFile(file.Path, file.ToString());
        await site.Run(options, HoldfastBinary.Path, "up", file.Path);
        string[] set = ["-a wg0 -m 0 -x", "nameserver 10.7.0.1", "nameserver fd07::1", "search example.org"];
        Assert.Equal(set, Notes(site));
        await site.Run(options, HoldfastBinary.Path, "down", "wg0");
        Assert.Equal([.. set, "-d wg0 -f"], Notes(site));
    }

    [Fact]
    public async Task What_was_changed_is_saved_when_the_file_asks_for_it()
    {
        var lab = await Draw("site -isp- hub");
        var site = lab.Host("site");
        var file = WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4))
            .With("SaveConfig = true", "PostUp = true", "PreDown = true %i", "MTU = 1300");
        var end = await site.Up(file);
        await end.SetPeer(KeyPair.Third, "allowed-ips", "10.99.0.0/24", "persistent-keepalive", "21");
        await end.Set("listen-port", "4711");
        await site.Ip("address add 10.77.0.1/24 dev wg0");
        await site.Holdfast("down", "wg0");

        var saved = site.ReadFile(file.Path);
        foreach (var line in new[]
        {
            $"PrivateKey = {KeyPair.Site.Private}", "ListenPort = 4711", "SaveConfig = true", "PostUp = true",
            "PreDown = true %i", "MTU = 1300", $"PublicKey = {KeyPair.Third.Public}", "AllowedIPs = 10.99.0.0/24",
            "PersistentKeepalive = 21", $"PublicKey = {KeyPair.Hub.Public}",
        })
            Assert.Contains(line, saved);
        Assert.Matches(@"Address = .*10\.77\.0\.1/24", saved);
        Assert.Equal("600", (await site.Run("stat", "-c", "%a", file.Path)).Output);
        // What was saved can be brought up again.
        await site.Holdfast("up", "wg0");
        Assert.Equal(2, (await site.Run("wg", "show", "wg0", "peers")).Lines.Length);
    }

    private static string Note(string text) => $"echo '{text}' %i >> /var/lib/notes";

    private static string[] Notes(Host host) => File.Exists(host.PathOf("/var/lib/notes"))
        ? host.ReadFile("/var/lib/notes").TrimEnd().Split('\n') : [];
}
