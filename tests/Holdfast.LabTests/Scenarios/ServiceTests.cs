using System.Diagnostics;

namespace Holdfast.LabTests.Scenarios;

/// <summary>What a service manager hears from `daemon` and `up --foreground`, and what a daemon leaves to
/// `daemon --down`.</summary>
public sealed class ServiceTests : LabTest
{
    private const string Path = "/etc/holdfast/holdfast.yaml";

    [Fact]
    public async Task Ready_is_said_when_tunnels_are_up_and_one_that_can_not_be_does_not_keep_them()
    {
        var host = (await Draw("host -lan- other")).Host("host");
        using var manager = new ManagerSocket(host);
        await host.Ip(["tuntap add dev hf1 mode tun"]); // somebody else's
        var daemon = Start(host, Yaml("hf0", "hf1"));
        await manager.Hears("READY=1");
        var status = Assert.Single(manager.Said, l => l.StartsWith("STATUS=", StringComparison.Ordinal));
        Assert.StartsWith("STATUS=1 of 2 tunnels up; not hf1: ", status, StringComparison.Ordinal);
        Assert.Contains("10.7.0.1/24", (await host.Run("ip", "address", "show", "dev", "hf0")).Output);

        await host.Ip(["link del hf1"]);
        await manager.Hears("STATUS=up: hf0, hf1");
        Assert.Equal(1, manager.Count("READY=1"));
        await daemon.Kill(Signal.Term);
        await manager.Hears("STOPPING=1");
        await daemon.Ends(Seconds(10));
    }

    [Fact]
    public async Task A_node_without_any_tunnel_up_is_not_ready()
    {
        var host = (await Draw("host -lan- other")).Host("host");
        using var manager = new ManagerSocket(host);
        await host.Ip(["tuntap add dev hf0 mode tun"]);
        Start(host, Yaml("hf0"));
        await Eventually.Until(() => manager.Said.Any(IsWhyNot), Seconds(15), "the service manager to hear why not");
        Assert.Equal(0, manager.Count("READY=1"));
        await host.Ip(["link del hf0"]);
        await manager.Hears("READY=1");

        static bool IsWhyNot(string line)
            => line.StartsWith("STATUS=0 of 1 tunnels up; not hf0: ", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_is_told_from_its_beginning_to_its_end()
    {
        var host = (await Draw("host -lan- other")).Host("host");
        using var manager = new ManagerSocket(host);
        var daemon = Start(host, Yaml("hf0"));
        await manager.Hears("READY=1");

        host.WriteFile(Path, Yaml("hf0", "hf1"));
        await daemon.Kill(Signal.Hup);
        await manager.Hears("READY=1", more: 1);
        Assert.Equal("STATUS=up: hf0, hf1", manager.Said[^1]);

        host.WriteFile(Path, "tunnels: [");
        await daemon.Kill(Signal.Hup);
        await manager.Hears("READY=1", more: 2);
        Assert.Equal("STATUS=up: hf0, hf1; the file can't be used, the last good one is in force", manager.Said[^1]);
        Assert.Equal(2, manager.Count("RELOADING=1"));
    }

    [Fact]
    public async Task The_watchdog_hears_nothing_while_one_tunnels_thread_hangs()
    {
        var host = (await Draw("host -lan- other")).Host("host");
        using var manager = new ManagerSocket(host);
        var daemon = Start(host, Yaml("hf0", "hf1"), Milliseconds(300));
        await manager.Hears("READY=1");
        await manager.Hears("WATCHDOG=1", more: 3);

        using (var hold = await Hold(await daemon.Pid(), thread: "hf0"))
        {
            await host.Holdfast("status", "hf1");
            var before = manager.Count("WATCHDOG=1");
            // The process lives, and its other tunnel answers; each question takes about as long as a tick.
            for (var i = 0; i < 10; i++) await host.Holdfast("status", "hf1");
            // An answer given before may have been on its way.
            Assert.InRange(manager.Count("WATCHDOG=1"), before, before + 1);
            hold.Kill();
            await hold.WaitForExitAsync(TestContext.Current.CancellationToken);
            await manager.Hears("WATCHDOG=1", before + 1);
        }
    }

    [Fact]
    public async Task Up_in_the_foreground_speaks_too()
    {
        var host = (await Draw("host -lan- other")).Host("host");
        using var manager = new ManagerSocket(host);
        var file = WgFile.Hub().With("PostUp = test -z \"$NOTIFY_SOCKET$WATCHDOG_USEC\"");
        host.WriteFile(file.Path, file.ToString());
        var options = ManagerSocket.Options(Milliseconds(300));
        var up = host.Start(options, HoldfastBinary.Path, "up", file.Path, "--foreground");
        await manager.Hears("READY=1");
        await manager.Hears("WATCHDOG=1", more: 1);
        Assert.Contains($"STATUS=up: {file.Name}", manager.Said);
        await up.Kill(Signal.Term);
        await up.Ends(Seconds(10));
        Assert.Equal(1, manager.Count("STOPPING=1"));
    }

    [Fact]
    public async Task What_a_daemon_left_is_taken_down_and_nothing_else()
    {
        var host = (await Draw("host -lan- other")).Host("host");
        await host.Up(WgFile.Hub());
        var before = await HostState.Take(host);
        var daemon = Start(host, Yaml("hf0", "hf1"));
        await daemon.WaitForLine("hf1 is up", Seconds(10));

        await host.Holdfast("daemon", "--config", Path, "--down"); // it runs: nothing was left
        Assert.Equal("hf0 hf1 wg0", Words((await host.Run("wg", "show", "interfaces")).Output));
        await daemon.Stop();
        Assert.Contains("10.7.0.0/24 dev hf0", (await host.Run("ip", "route")).Output);
        var down = await host.Holdfast("daemon", "--config", Path, "--down");
        Assert.Contains("taken down: hf0, hf1", down.Errors);
        await HostState.IsAgain(host, before);
        Assert.Equal("", (await host.Holdfast("daemon", "--config", Path, "--down")).Errors);
    }

    [Fact]
    public async Task Where_there_is_no_systemd_to_ask_everything_stays()
    {
        var host = (await Draw("host -lan- other")).Host("host");
        var daemon = Start(host, Yaml("hf0"));
        await daemon.WaitForLine("hf0 is up", Seconds(10));
        await daemon.Stop();
        var down = await host.TryHoldfast("daemon", "--config", Path, "--down", "--if-stopped", "holdfast.service");
        Assert.Equal(1, down.ExitCode);
        Assert.Contains("systemctl", down.Errors);
        Assert.Contains("10.7.0.0/24 dev hf0", (await host.Run("ip", "route")).Output);
    }

    /// <summary>Stops one thread of a process, by a tracer that lets it go when it ends.</summary>
    private static async Task<Process> Hold(int pid, string thread)
    {
        var task = Directory.GetDirectories($"/proc/{pid}/task")
            .Single(t => File.ReadAllText($"{t}/comm").TrimEnd('\n') == thread);
        var tracer = Process.Start(new ProcessStartInfo("strace",
        [
            "-qq", "-o", "/dev/null", "-e", "trace=epoll_wait", "-e", "inject=epoll_wait:delay_exit=600000000",
            "-p", System.IO.Path.GetFileName(task),
        ])
        {
            RedirectStandardError = true,
        })!;
        await Eventually.Gives(() => File.ReadAllTextAsync($"{task}/status"),
            status => status.Contains("tracing stop", StringComparison.Ordinal), Seconds(10), $"the thread {thread} to stand");
        return tracer;
    }

    private static HostProcess Start(Host host, string yaml, TimeSpan? watchdog = null)
    {
        host.WriteFile(Path, yaml);
        return host.Start(ManagerSocket.Options(watchdog), HoldfastBinary.Path, "daemon", "--config", Path);
    }

    private static string Yaml(params string[] tunnels) => "tunnels:\n" + string.Concat(tunnels.Select((name, i) => $"""
          - name: {name}
            private_key: "{(i == 0 ? KeyPair.Hub : KeyPair.Third).Private}"
            addresses: [10.{7 + 20 * i}.0.1/24]
            peers: [{"{"}public_key: "{KeyPair.Site.Public}", allowed_ips: [10.{7 + 20 * i}.0.2/32]{"}"}]

        """));

    private static string Words(string text) => string.Join(' ', text.Split().Order(StringComparer.Ordinal));
}
