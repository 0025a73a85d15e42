namespace Holdfast.LabTests.Scenarios;

/// <summary>
/// What can't be done: one line says what, where and what to do; the exit code is the designed one; nothing is left
/// behind, and what runs is not disturbed.
/// </summary>
public sealed class ErrorTests : LabTest
{
    private const int Failed = 1, Usage = 2;

    [Theory]
    [InlineData("PrivateKey = 123", "1:14", "key")]
    [InlineData("ListnPort = 4", "1:1", "ListenPort")]
    [InlineData("Address = 10.0.0.300/24", "1:11", "10.0.0.300")]
    [InlineData("MTU = few", "1:7", "few")]
    [InlineData("[Pear]", "1:1", "[Peer]")]
    public async Task A_file_with_an_error_is_refused(string line, string place, string word)
    {
        var (site, before) = await Prepare();
        var file = WgFile.Site("192.0.2.1:1").With(line);
        // The line under test stands first in the file's own lines of [Interface].
        var text = file.ToString();
        var number = text.Split('\n').ToList().IndexOf(line) + 1;
        site.WriteFile(file.Path, text);
        var error = await Refused(site, before, Failed, "up", file.Path);
        Assert.StartsWith($"{file.Path}:{number}{place[1..]}", error, StringComparison.Ordinal);
        Assert.Contains(word, error);
    }

    [Fact]
    public async Task The_same_peer_twice_is_refused()
    {
        var (site, before) = await Prepare();
        var file = WgFile.Site("192.0.2.1:1");
        file = file with { Peers = [.. file.Peers, new WgPeer(KeyPair.Hub) { AllowedIps = "10.99.0.0/16" }] };
        site.WriteFile(file.Path, file.ToString());
        var number = file.ToString().Split('\n').ToList().LastIndexOf($"PublicKey = {KeyPair.Hub.Public}") + 1;
        var error = await Refused(site, before, Failed, "up", file.Path);
        Assert.StartsWith($"{file.Path}:{number}:", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_prefix_twice_is_an_error_in_yaml_and_a_warning_in_wg_quick()
    {
        var (site, before) = await Prepare();
        site.WriteFile("/etc/holdfast/node.yaml", $"""
            tunnels:
              - name: hf0
                private_key: "{KeyPair.Site.Private}"
                peers:
                  - {"{"}public_key: "{KeyPair.Hub.Public}", allowed_ips: [10.9.0.0/16]{"}"}
                  - {"{"}public_key: "{KeyPair.Third.Public}", allowed_ips: [10.9.0.0/16]{"}"}
            """);
        var error = await Refused(site, before, Failed, "daemon", "--config", "/etc/holdfast/node.yaml");
        Assert.Matches("^/etc/holdfast/node.yaml:6:[0-9]+: .*10.9.0.0/16", error);

        var file = WgFile.Site("192.0.2.1:1");
        file = file with { Peers = [.. file.Peers, new WgPeer(KeyPair.Third) { AllowedIps = "10.7.0.1/32" }] };
        site.WriteFile(file.Path, file.ToString());
        var up = await site.Holdfast("up", file.Path);
        Assert.Contains("warning", up.Errors);
        Assert.Contains("10.7.0.1/32", up.Errors);
        Assert.Equal("10.7.0.1/32", (await site.Run("wg", "show", "wg0", "allowed-ips")).Lines
            .Single(l => l.StartsWith(KeyPair.Third.Public, StringComparison.Ordinal)).Split('\t')[1]);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        var (site, before) = await Prepare(port: 4999);
        var file = WgFile.Site("192.0.2.1:1") with { ListenPort = 4999 };
        site.WriteFile(file.Path, file.ToString());
        Assert.Contains("4999", await Refused(site, before, Failed, "up", file.Path));
    }

    [Fact]
    public async Task A_foreign_interface_is_left_alone()
    {
        var (site, _) = await Prepare();
        await site.Ip("link add wg0 type veth peer name wg0b", "address add 10.3.3.3/24 dev wg0");
        var before = await HostState.Take(site);
        var file = WgFile.Site("192.0.2.1:1");
        site.WriteFile(file.Path, file.ToString());
        Assert.Contains("wg0", await Refused(site, before, Failed, "up", file.Path));
        Assert.Contains("wg0", await Refused(site, before, Failed, "down", "wg0"));

        // A TUN that somebody keeps is not ours either.
        await site.Ip("link del wg0", "tuntap add dev wg0 mode tun");
        before = await HostState.Take(site);
        Assert.Contains("wg0", await Refused(site, before, Failed, "up", file.Path));
        foreach (var arguments in new string[][] { ["device", "wg0"], ["device", "wg0", "--foreground"] })
            Assert.Contains("an interface wg0 is there already", await Refused(site, before, Failed, arguments));
        // Nor is one that another tunnel of ours left.
        Assert.Contains("an interface wg9 is there already", await Refused(site, before, Failed, "device", "wg9"));
    }

    [Fact]
    public async Task A_fifo_as_a_file_is_refused_at_once()
    {
        var (site, before) = await Prepare();
        await site.Run("mkfifo", "/etc/wireguard/wg0.conf");
        Assert.Equal("/etc/wireguard/wg0.conf: can't be read: it is a FIFO, not a file; make it a file that you can read",
            await Refused(site, before, Failed, "up", "wg0"));
    }

    [Fact]
    public async Task Commands_of_somebody_elses_file_are_refused()
    {
        var (site, before) = await Prepare();
        var file = WgFile.Site("192.0.2.1:1").With("PostUp = true");
        site.WriteFile(file.Path, file.ToString());
        await site.Run("chown", "65534", file.Path);
        Assert.Contains("belongs to another user", await Refused(site, before, Failed, "up", file.Path));
    }

    [Fact]
    public async Task Without_rights_it_says_what_it_needs()
    {
        var (site, _) = await Prepare();
        var file = WgFile.Site("192.0.2.1:1");
        site.WriteFile("/etc/holdfast/wg0.conf", file.ToString(), Host.ForAll);
        var before = await HostState.Take(site);
        var error = await Refused(site, before, Failed, "setpriv --reuid=65534 --regid=65534 --clear-groups",
            ["up", "/etc/holdfast/wg0.conf"]);
        Assert.Contains("root", error);
        error = await Refused(site, before, Failed, "setpriv --bounding-set=-net_admin --inh-caps=-net_admin",
            ["up", "/etc/holdfast/wg0.conf"]);
        Assert.Matches("root|CAP_NET_ADMIN", error);
    }

    [Fact]
    public async Task Without_the_tun_device_it_says_so()
    {
        var (site, before) = await Prepare();
        var file = WgFile.Site("192.0.2.1:1");
        site.WriteFile(file.Path, file.ToString());
        await site.Run("mount", "-t", "tmpfs", "tmpfs", "/dev/net");
        Assert.Contains("/dev/net/tun", await Refused(site, before, Failed, "up", file.Path));
    }

    [Theory, InlineData("libsodium.so.23", "libsodium23"), InlineData("libcrypto.so.3", "libssl3")]
    public async Task A_library_that_is_missing_is_named(string library, string package)
    {
        var (site, before) = await Prepare();
        var file = WgFile.Site("192.0.2.1:1");
        site.WriteFile(file.Path, file.ToString());
        // The file that the linker would load is hidden behind one that is no library.
        await site.Shell($"echo > /run/none; for f in $(ldconfig -p | sed -n 's|.*{library} .* => ||p'); do "
            + "mount --bind /run/none $(readlink -f $f); done; rm /run/none");
        var error = await Refused(site, before, Failed, "up", file.Path);
        Assert.Contains(library.Split('.')[0], error);
        Assert.Contains(package, error);
    }

    [Fact]
    public async Task A_command_line_that_is_none_is_told()
    {
        var (site, before) = await Prepare();
        string[][] lines = [["upp", "wg0"], ["up"], ["up", "wg0", "--forground"], ["down"], ["device", "a/b"], []];
        foreach (var line in lines)
        {
            var result = await site.TryHoldfast(line);
            Assert.True(result.ExitCode == Usage, result.ToString());
        }
        var missing = await Refused(site, before, Failed, "up", "/etc/wireguard/none.conf");
        Assert.Contains("there is no such file", missing);
        Assert.Contains("wg5", await Refused(site, before, Failed, "down", "wg5"));
    }

    // A tunnel that runs beside, so that it can be disturbed.
    private async Task<(Host Site, string Before)> Prepare(int port = 51999)
    {
        var lab = await Draw("site");
        var site = lab.Host("site");
        await site.Up(new WgFile("wg9", KeyPair.Fourth)
        {
            Addresses = ["10.19.0.1/24", "fd19::1/64"],
            ListenPort = port,
            Peers = [new WgPeer(KeyPair.Third) { AllowedIps = "10.19.0.0/24, fd19::/64" }],
        });
        return (site, await HostState.Take(site));
    }

    private static Task<string> Refused(Host site, string before, int code, params string[] arguments)
        => Refused(site, before, code, "", arguments);

    private static async Task<string> Refused(Host site, string before, int code, string prefix, string[] arguments)
    {
        string[] runner = prefix.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] words = [.. runner, HoldfastBinary.Path, .. arguments];
        var result = await site.Run(RunOptions.Usual with { MayFail = true }, words[0], words[1..]);
        Assert.True(result.ExitCode == code, result.ToString());
        Assert.Empty(result.Output);
        var line = Assert.Single(result.Errors.Split('\n'),
            l => !l.StartsWith("warning:", StringComparison.Ordinal));
        Assert.DoesNotContain(KeyPair.Site.Private, line);
        await HostState.IsAgain(site, before);
        Assert.Single((await site.Run("wg", "show", "wg9", "peers")).Lines);
        Assert.StartsWith("holdfast: ", line, StringComparison.Ordinal);
        return line["holdfast: ".Length..];
    }
}
