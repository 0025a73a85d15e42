namespace Holdfast.LabTests.LabItself;

public sealed class HostTests : LabTest
{
    [Fact]
    public async Task A_host_has_directories_a_name_and_a_network_of_its_own()
    {
        var lab = await Draw("site", "hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        var outside = File.ReadAllText("/etc/hosts");
        site.WriteFile("/etc/hosts", "192.0.2.7 only-here\n", Host.ForAll);
        site.WriteFile("/etc/wireguard/wg0.conf", "secret\n");
        site.WriteFile("/run/x", "run");
        site.WriteFile("/var/lib/x", "state");

        Assert.Equal("site", (await site.Run("hostname")).Output);
        Assert.Equal("192.0.2.7 only-here", (await site.Run("cat", "/etc/hosts")).Output);
        var file = await site.Shell("stat -c %a /etc/wireguard/wg0.conf; cat /etc/wireguard/wg0.conf");
        Assert.Equal(["600", "secret"], file.Lines);
        Assert.Equal("state", site.ReadFile("/var/lib/x"));
        Assert.Equal("lo", (await site.Run("ls", "/sys/class/net")).Output);
        Assert.StartsWith("root:", hub.ReadFile("/etc/passwd"));
        Assert.Empty(hub.ReadFile("/etc/resolv.conf"));
        Assert.False(File.Exists(hub.PathOf("/run/x")));
        Assert.False(File.Exists(hub.PathOf("/etc/wireguard/wg0.conf")));
        Assert.False(File.Exists("/run/x"));
        Assert.Equal(outside, File.ReadAllText("/etc/hosts"));
        await site.Carries("127.0.0.1", Seconds(2));
        await site.Carries("::1", Seconds(2));
    }

    [Fact]
    public async Task Sysctls_hold_in_the_host_alone()
    {
        var lab = await Draw();
        var options = new HostOptions
        {
            Forwards = true,
            Sysctls = new Dictionary<string, string> { ["net.ipv4.conf.all.rp_filter"] = "1" },
        };
        var router = await lab.AddHost("router", options);
        var plain = await lab.AddHost("plain");
        var both = await router.Run("sysctl", "-n", "net.ipv4.ip_forward", "net.ipv4.conf.all.rp_filter");
        Assert.Equal(["1", "1"], both.Lines);
        Assert.Equal("0", (await plain.Run("sysctl", "-n", "net.ipv4.ip_forward")).Output);
    }

    [Fact]
    public async Task A_failing_program_is_told_with_both_streams()
    {
        var host = (await Draw("site")).Host("site");
        var failure = await Assert.ThrowsAsync<LabException>(() => host.Shell("echo fine; echo broken >&2; exit 7"));
        Assert.Contains("exited with 7", failure.Message);
        Assert.Contains("fine", failure.Message);
        Assert.Contains("broken", failure.Message);
        var result = await host.Run(RunOptions.Usual with { MayFail = true }, "sh", "-c", "kill -TERM $$");
        Assert.Equal(128 + 15, result.ExitCode);
    }

    [Fact]
    public async Task A_program_gets_input_environment_and_directory()
    {
        var host = (await Draw("site")).Host("site");
        var options = RunOptions.Usual with
        {
            Input = "question",
            Directory = "/var/lib",
            Environment = new Dictionary<string, string?> { ["COLOUR"] = "blue", ["HOME"] = null },
        };
        var result = await host.Run(options, "sh", "-c", "cat; echo; pwd; echo $COLOUR ${HOME-none}");
        Assert.Equal(["question", "/var/lib", "blue none"], result.Lines);
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_killed()
    {
        var host = (await Draw("site")).Host("site");
        var failure = await Assert.ThrowsAsync<LabException>(
            () => host.Run(RunOptions.Usual with { Timeout = Milliseconds(100) }, "sleep", "1000"));
        Assert.Contains("still running", failure.Message);
        Assert.Empty(host.PidsOf("sleep"));
    }

    [Fact]
    public async Task Lines_are_waited_for_and_signals_arrive()
    {
        var host = (await Draw("site")).Host("site");
        var process = host.Start("sh", "-c", "trap 'echo told; exit 3' TERM; echo up; while :; do sleep 0.01; done");
        await process.WaitForLine("up", Seconds(5));
        Assert.False(process.HasExited);
        Assert.Equal("sh", (await File.ReadAllTextAsync($"/proc/{await process.Pid()}/comm", Cancel)).Trim());
        var result = await process.Stop();
        Assert.Equal(3, result.ExitCode);
        Assert.Equal(["up", "told"], result.Lines);
        var failure = await Assert.ThrowsAsync<LabException>(() => process.WaitForLine("never", Seconds(5)));
        Assert.Contains("ended without \"never\"", failure.Message);
    }

    [Fact]
    public async Task A_stopped_program_goes_on()
    {
        var host = (await Draw("site")).Host("site");
        var process = host.Start("sh", "-c", "while :; do echo on; sleep 0.01; done");
        var pid = await process.Pid();
        await process.WaitForLine("on", Seconds(5));
        await process.Kill(Signal.Stop);
        await Eventually.Until(() => State(pid) == 'T', Seconds(5), "the program to stop");
        var stopped = process.Output.Lines.Count;
        await process.Kill(Signal.Cont);
        await Eventually.Until(() => process.Output.Lines.Count > stopped + 3, Seconds(5), "the program to go on");
        await process.Kill();
        Assert.Equal(128 + 9, (await process.Ends(Seconds(5))).ExitCode);
    }

    [Fact]
    public async Task What_goes_to_the_background_is_found_and_leaves_no_zombie()
    {
        var host = (await Draw("site")).Host("site");
        var result = await host.Shell("(setsid sleep 1000 >/dev/null 2>&1 </dev/null &)");
        Assert.False(result.HeldOpen);
        var pid = await Background(host);
        await host.Kill(pid, Signal.Kill);
        await Eventually.Until(() => !Directory.Exists($"/proc/{pid}"), Seconds(5), "the orphan to be reaped");
        Assert.True((await host.Shell("(setsid sleep 1000 &)")).HeldOpen);
    }

    [Fact]
    public async Task A_program_whose_first_thread_has_ended_still_runs()
    {
        const string Script = """
            import ctypes, threading, time
            threading.Thread(target=time.sleep, args=(1000,)).start()
            ctypes.CDLL(None).pthread_exit(None)
            """;
        var host = (await Draw("site")).Host("site");
        var process = host.Start("python3", "-c", Script);
        var pid = await process.Pid();
        await Eventually.Until(() => State(pid) == 'Z', Seconds(5), "the first thread to end");
        Assert.Contains(pid, host.PidsOf("python3"));
        await process.Kill();
        await Eventually.Until(() => host.PidsOf("python3").Count == 0, Seconds(5), "the program to be gone");
    }

    [Fact]
    public async Task Everything_in_a_host_dies_with_the_lab()
    {
        var lab = await Draw("site =isp= hub");
        await lab.Host("site").Shell("(setsid sleep 1000 >/dev/null 2>&1 </dev/null &)");
        var started = lab.Host("hub").Start("sleep", "1000");
        int[] pids = [.. lab.Hosts.Select(h => h.HolderPid), await Background(lab.Host("site")), await started.Pid()];
        var directory = lab.Directory;
        await lab.DisposeAsync();
        Assert.DoesNotContain(pids, pid => Directory.Exists($"/proc/{pid}"));
        Assert.False(Directory.Exists(directory));
        Assert.DoesNotContain(LabJanitor.ProcessesOf(Environment.ProcessId),
            pid => File.ReadAllText($"/proc/{pid}/environ").Contains($"{lab.Id}\0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        var lab = await Draw("site");
        await Assert.ThrowsAsync<LabException>(() => lab.AddHost("site"));
        Assert.Contains("there are site", Assert.Throws<LabException>(() => lab.Host("hub")).Message);
    }

    private static async Task<int> Background(Host host) => Assert.Single(await Eventually.Gives(
        () => Task.FromResult(host.PidsOf("sleep")), pids => pids.Count > 0, Seconds(5),
        "the background to be there"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static char State(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[stat.LastIndexOf(')') + 2];
    }
}
