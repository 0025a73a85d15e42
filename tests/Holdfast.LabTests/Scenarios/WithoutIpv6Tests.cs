namespace Holdfast.LabTests.Scenarios;

/// <summary>Hosts on which IPv6 is off: the tunnel works with what there is.</summary>
public sealed class WithoutIpv6Tests : LabTest
{
    // A filter of the kernel (seccomp) that lets socket(AF_INET6) fail with EAFNOSUPPORT, as a kernel without IPv6 does;
    // what runs behind it can't shed it. Perl is on every Debian.
    private const string NoSocket = """
        my ($prctl, $socket) = `uname -m` =~ /aarch64/ ? (167, 198) : (157, 41);
        my @code = ([0x20, 0, 0, 0], [0x15, 0, 3, $socket], [0x20, 0, 0, 16], [0x15, 0, 1, 10],
            [0x06, 0, 0, 0x00050000 | 97], [0x06, 0, 0, 0x7fff0000]);
        my $filter = join "", map { pack "SCCL", @$_ } @code;
        my $program = pack "Sx6P", scalar @code, $filter;
        syscall($prctl, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
        syscall($prctl, 22, 2, $program, 0, 0) == 0 or die "seccomp: $!";
        exec @ARGV or die "exec: $!";
        """;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_host_with_IPv6_switched_off_carries_IPv4(bool takesAll)
    {
        var lab = await Draw("site -isp- hub");
        var (site, far) = (lab.Host("site"), lab.Veth("isp").Far);
        await lab.Host("hub").Up(WgFile.Hub());
        await site.Run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
        await site.Ip($"route add default via {far.V4}");
        var before = await HostState.Take(site);
        var file = WgFile.Site(WgFile.At(far.V4));
        if (takesAll) file = file.WithPeer(p => p with { AllowedIps = "0.0.0.0/0, ::/0" });
        site.WriteFile(file.Path, file.ToString());
        await site.Holdfast("up", file.Path);
        await site.Carries(WgFile.HubV4, Seconds(5));
        Assert.Contains("IPv6 is off on this host", site.ReadFile("/run/holdfast/wg0.log"));
        await site.Holdfast("down", "wg0");
        await HostState.IsAgain(site, before);
    }

    [Fact]
    public async Task Where_only_new_interfaces_lack_IPv6_it_is_said_what_to_do()
    {
        var lab = await Draw("site -isp- hub");
        var site = lab.Host("site");
        await site.Run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        var before = await HostState.Take(site);
        var file = WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4));
        site.WriteFile(file.Path, file.ToString());
        // IPv6 that works elsewhere would go around the tunnel.
        var up = await site.TryHoldfast("up", file.Path);
        Assert.Equal(1, up.ExitCode);
        Assert.Contains("net.ipv6.conf.default.disable_ipv6=0", up.Errors);
        await HostState.IsAgain(site, before);
    }

    [Fact]
    public async Task Without_IPv6_sockets_IPv4_carries_and_says_so_of_the_rest()
    {
        var lab = await Draw("site -isp- hub");
        var (site, far) = (lab.Host("site"), lab.Veth("isp").Far);
        await lab.Host("hub").Up(WgFile.Hub());
        var file = WgFile.Site(WgFile.At(far.V4));
        // One peer can only be reached by the family that there is no socket for.
        var bySix = new WgPeer(KeyPair.Third) { AllowedIps = "10.8.0.1/32", Endpoint = WgFile.At(far.V6) };
        file = file with { Peers = [.. file.Peers, bySix] };
        site.WriteFile(file.Path, file.ToString());
        site.WriteFile("/run/no-ipv6.pl", NoSocket);
        await site.Run("perl", "/run/no-ipv6.pl", HoldfastBinary.Path, "up", file.Path);
        await site.Carries(WgFile.HubV4, Seconds(5));
        await site.Carries(WgFile.HubV6, Seconds(1));
        Assert.DoesNotContain("[::]:", (await site.Run("ss", "-ulnH")).Output);
        var status = await site.TryHoldfast("status", "wg0", "--json");
        Assert.Contains("send-failed", status.Output);
        await site.Holdfast("down", "wg0");
    }
}
