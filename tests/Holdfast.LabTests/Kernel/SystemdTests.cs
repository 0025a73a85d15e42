using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Kernel;

/// <summary>
/// The units, under Debian's systemd: the machine itself is the site, and the kernel's WireGuard in a namespace is its
/// hub. The site's tunnel takes all traffic, so that everything the unit must leave it is asked for.
/// </summary>
public sealed partial class SystemdTests : LabTest
{
    private const string Config = "/etc/holdfast/holdfast.yaml";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly RunOptions Long = RunOptions.Usual with { Timeout = Patience };

    private static readonly RunOptions MayFail = Long with { MayFail = true };

    [Fact]
    public async Task The_daemon_starts_is_watched_reloads_restarts_and_stops()
    {
        var machine = await BootSite();
        await machine.WriteFile(Config, Yaml());
        // Patient where an emulated machine is slow, and quick where the test has to wait.
        await machine.WriteFile("/etc/systemd/system/holdfast.service.d/test.conf",
            "[Service]\nWatchdogSec=20s\nTimeoutStartSec=300s\nTimeoutStopSec=120s\n", "644");
        await machine.Run(Long, "systemctl", "daemon-reload");
        var before = await Settled(machine);

        // Ready only when the tunnel is: somebody else's device is in its way at first.
        await machine.Ip(["tuntap add dev hf0 mode tun"]);
        await machine.Run(Long, "systemctl", "start", "--no-block", "holdfast");
        await Becomes(machine, "StatusText",
            s => s.StartsWith("0 of 1 tunnels up; not hf0: ", StringComparison.Ordinal));
        Assert.Equal("activating", await Show(machine, "ActiveState"));
        await machine.Ip(["link del hf0"]);
        await Becomes(machine, "ActiveState", s => s == "active");
        Assert.Equal("up: hf0", await Show(machine, "StatusText"));
        Assert.Equal("1", await machine.ReadFile("/proc/sys/net/ipv4/conf/all/src_valid_mark"));
        Assert.Contains("holdfast-hf0", (await machine.Run(Long, "nft", "list", "tables")).Output);
        await machine.Carries(WgFile.HubV4, Patience);
        await OnlyWhatItNeeds(machine);

        // The engine is stopped: the watchdog brings another, on the same device, under the same connection.
        var device = await machine.ReadFile("/sys/class/net/hf0/ifindex");
        await StartEcho(machine);
        await machine.Run(Long, "systemctl", "kill", "--signal=STOP", "--kill-who=main", "holdfast");
        await Becomes(machine, "NRestarts", s => s == "1");
        await Becomes(machine, "ActiveState", s => s == "active");
        Assert.Contains("Watchdog timeout", (await machine.Run(Long, "journalctl", "-u", "holdfast")).Output);
        Assert.Equal(device, await machine.ReadFile("/sys/class/net/hf0/ifindex"));
        await EchoAdvances(machine);

        // An upgrade.
        var pid = await Show(machine, "MainPID");
        await machine.Run(Long, "systemctl", "restart", "holdfast");
        Assert.NotEqual(pid, await Show(machine, "MainPID"));
        Assert.Equal(device, await machine.ReadFile("/sys/class/net/hf0/ifindex"));
        await EchoAdvances(machine);

        // A reload, and one of a file with an error.
        await machine.WriteFile(Config, Yaml(second: true));
        await machine.Run(Long, "systemctl", "reload", "holdfast");
        await Becomes(machine, "StatusText", s => s == "up: hf0, hf1");
        await machine.WriteFile(Config, "tunnels: [");
        Assert.NotEqual(0, (await machine.Run(MayFail, "systemctl", "reload", "holdfast")).ExitCode);
        Assert.Equal("up: hf0, hf1", await Show(machine, "StatusText"));
        Assert.Equal("active", await Show(machine, "ActiveState"));
        await EchoAdvances(machine);

        // Two tunnels came up by three processes, each an entry of its own.
        var entries = (await machine.Run(Long, "journalctl", "-u", "holdfast", "-o", "json", "HOLDFAST_EVENT=TunnelUp",
            "HOLDFAST_TUNNEL=hf0")).Lines;
        Assert.Equal(3, entries.Length);
        Assert.All(entries, e => Assert.Contains("\"HOLDFAST_EVENT_ID\":\"2101\"", e));

        await machine.Run(Long, "systemctl", "stop", "holdfast");
        Assert.Equal(before, await Settled(machine));
        Assert.Equal("inactive", await Show(machine, "ActiveState"));
    }

    [Fact]
    public async Task A_wg_quick_file_has_a_unit_too()
    {
        var machine = await BootSite();
        var file = WgFile.Site(WgFile.At(HubOuter));
        var hooks = file.With("PostUp = touch /run/post-up", "PostDown = rm /run/post-up");
        await machine.WriteFile(file.Path, hooks.ToString());
        var before = await Settled(machine);
        await machine.Run(Long, "systemctl", "start", "holdfast@wg0");
        await machine.ReadFile("/run/post-up");
        await machine.Carries(WgFile.HubV4, Patience);
        await machine.Run(Long, "systemctl", "stop", "holdfast@wg0");
        Assert.Equal(before, await Settled(machine));
        Assert.Equal("success", await Show(machine, "Result", "holdfast@wg0"));
    }

    private const string HubOuter = "192.0.2.1";

    private async Task<GuestHost> BootSite()
    {
        var kernel = await Boot(new FullKernelOptions { SystemdTarget = "basic.target", Modules = ["wireguard"] });
        var machine = kernel.Machine;
        // As `make install PREFIX=/usr` puts it, for the unit sees neither /home nor /tmp.
        await machine.Run(Long, "install", "-m", "755", HoldfastBinary.Path, "/usr/bin/holdfast");
        foreach (var unit in new[] { "holdfast.service", "holdfast@.service" })
        {
            var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root!, "packaging", unit));
            await machine.WriteFile($"/usr/lib/systemd/system/{unit}", text, "644");
        }
        await machine.Run(Long, "systemctl", "daemon-reload");
        await machine.WriteFile("/run/hub.key", KeyPair.Hub.Private);
        await machine.Shell($"""
            sysctl -q net.ipv6.conf.default.accept_dad=0
            ip netns add hub
            ip link add wan type veth peer name eth0 netns hub
            ip address add 192.0.2.2/24 dev wan
            ip link set wan up
            ip route add default via {HubOuter}
            ip -n hub address add {HubOuter}/24 dev eth0
            ip -n hub link set eth0 up
            ip -n hub link set lo up
            ip -n hub link add wg0 type wireguard
            ip netns exec hub wg set wg0 private-key /run/hub.key listen-port {WgFile.Port} \
                peer {KeyPair.Site.Public} allowed-ips {WgFile.SiteV4}/32,{WgFile.SiteV6}/128
            ip -n hub address add {WgFile.HubV4}/24 dev wg0
            ip -n hub link set wg0 up
            """);
        return machine;
    }

    /// <summary>One TCP connection through the tunnel, whose client counts what came back.</summary>
    private static async Task StartEcho(GuestHost machine)
    {
        await machine.WriteFile("/run/echo.py", """
            import os, socket, sys, time
            if sys.argv[1] == 'serve':
                server = socket.create_server(('', 7))
                open('/run/echo.serves', 'w').close()
                peer, _ = server.accept()
                while byte := peer.recv(1): peer.sendall(byte)
            else:
                peer = socket.create_connection((sys.argv[2], 7))
                for n in range(1 << 30):
                    peer.sendall(b'x')
                    if not peer.recv(1): break
                    with open('/run/echo.new', 'w') as f: f.write('%d' % n)
                    os.replace('/run/echo.new', '/run/echo.count')
                    time.sleep(0.05)
            """);
        await machine.Start("ip", "netns", "exec", "hub", "python3", "/run/echo.py", "serve");
        await Eventually.Gives(() => machine.Run(MayFail, "test", "-e", "/run/echo.serves"), r => r.ExitCode == 0,
            Patience, "the hub to listen");
        await machine.Start("python3", "/run/echo.py", "send", WgFile.HubV4);
        await EchoAdvances(machine);
    }

    private static async Task EchoAdvances(GuestHost machine)
    {
        var before = await Count();
        await Eventually.Until(async () => await Count() > before + 5, Patience, "the connection inside to go on");

        async Task<int> Count() => int.TryParse((await machine.Run(MayFail, "cat", "/run/echo.count")).Output,
            CultureInfo.InvariantCulture, out var count) ? count : -1;
    }

    private static async Task OnlyWhatItNeeds(GuestHost machine)
    {
        var status = await machine.ReadFile($"/proc/{await Show(machine, "MainPID")}/status");
        Assert.Contains("CapBnd:\t0000000000001400", status); // CAP_NET_ADMIN, CAP_NET_BIND_SERVICE
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains("Seccomp:\t2", status);
        var verdict = (await machine.Run(Long, "systemd-analyze", "security", "--no-pager", "holdfast")).Lines[^1];
        TestContext.Current.TestOutputHelper?.WriteLine(verdict);
        var exposure = double.Parse(Exposure().Match(verdict).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(exposure < 3, verdict);
    }

    private static Task Becomes(GuestHost machine, string property, Func<string, bool> wanted) => Eventually.Gives(
        () => Show(machine, property), wanted, Patience, $"{property} of the unit");

    private static async Task<string> Show(GuestHost machine, string property, string unit = "holdfast")
        => (await machine.Run(Long, "systemctl", "show", "--value", "--property", property, unit)).Output;

    /// <summary>The machine's network and our files in /run, once two looks see the same.</summary>
    private static async Task<string> Settled(GuestHost machine)
    {
        var last = "";
        return await Eventually.Gives(State, IsAsBefore, Patience, "the machine's network to settle");

        bool IsAsBefore(string state) => state == last || (last = state) is null;

        async Task<string> State() => (await machine.Run(Long, "sh", "-ec", $"""
            {HostState.Network}
            find /run/holdfast /run/wireguard ! -type d 2>/dev/null | sort
            """)).Output;
    }

    private static string Yaml(bool second = false) => $"""
        tunnels:
          - name: hf0
            private_key: "{KeyPair.Site.Private}"
            addresses: [{WgFile.SiteV4}/24]
            peers:
              - public_key: "{KeyPair.Hub.Public}"
                allowed_ips: [0.0.0.0/0]
                endpoints: ["udp://{WgFile.At(HubOuter)}"]

        """ + (second ? $"""
          - name: hf1
            private_key: "{KeyPair.Third.Private}"
            addresses: [10.27.0.1/24]
            peers:
              - public_key: "{KeyPair.Fourth.Public}"
                allowed_ips: [10.27.0.2/32]

        """ : "");

    [GeneratedRegex(@"holdfast\.service: ([0-9.]+) ")]
    private static partial Regex Exposure();
}
