using System.Diagnostics;

namespace Holdfast.LabTests.LabItself;

public sealed class CleanUpTests : LabTest
{
    [Fact]
    public async Task Nothing_is_left_of_a_lab_whose_process_is_killed()
    {
        var interfaces = Directory.GetDirectories("/sys/class/net").Order();
        string[] arguments = [Agent.Path, "draw", "site =isp= hub", "a -lan- b"];
        using var process = Process.Start(
            new ProcessStartInfo(Agent.Dotnet, arguments) { RedirectStandardOutput = true })!;
        var output = "";
        try
        {
            while (!output.Contains("ready", StringComparison.Ordinal))
                output += await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
                    ?? throw new LabException($"no lab was drawn: {output}");
            // For each host: unshare and the holder.
            Assert.Equal(8, LabJanitor.ProcessesOf(process.Id).Count);
            Assert.NotEmpty(DirectoriesOf(process.Id));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        await Eventually.Until(() => LabJanitor.ProcessesOf(process.Id).Count == 0, Seconds(5), "the hosts to die",
            () => string.Join(' ', LabJanitor.ProcessesOf(process.Id)));
        Assert.Equal(interfaces, Directory.GetDirectories("/sys/class/net").Order());
        LabJanitor.Sweep();
        Assert.Empty(DirectoriesOf(process.Id));
    }

    [Fact]
    public async Task A_failed_lab_leaves_its_evidence()
    {
        var lab = await Lab.Draw(new LabOptions { Name = "evidence of/a test" }, "site =isp= hub");
        try
        {
            await lab.Host("site").Carries(lab.Wire("isp").Far.V4, Seconds(2));
            var talker = lab.Host("hub").Start("sh", "-c", "echo last words; echo and errors >&2");
            await talker.Ends(Seconds(5));
            lab.Failed = true;
            await lab.DisposeAsync();

            Assert.EndsWith($"out/lab/evidence_of_a_test-{Environment.ProcessId}", lab.Directory);
            Assert.Contains("192.0.2.1/28", Text("site.state.txt"));
            Assert.Contains("offered", Text("wires.txt"));
            Assert.Contains("ping", Text("site.commands.log"));
            Assert.Contains("last words", Text("hub.1-sh.log"));
            Assert.Contains("and errors", Text("hub.1-sh.err.log"));
            await using var reader = await Lab.Draw("reader");
            var packets = await reader.Host("reader").Run(
                "tcpdump", "-nr", Path.Combine(lab.Directory, "wire-isp-hub.pcap"));
            Assert.Contains("192.0.2.1 > 192.0.2.2: ICMP echo request", packets.Output);
        }
        finally
        {
            await lab.DisposeAsync();
            Directory.Delete(lab.Directory, recursive: true);
        }

        string Text(string name) => File.ReadAllText(Path.Combine(lab.Directory, name));
    }

    [Fact]
    public async Task A_lab_that_can_not_be_drawn_is_taken_away()
    {
        var before = LabJanitor.ProcessesOf(Environment.ProcessId).Count;
        await Assert.ThrowsAsync<LabException>(() => Lab.Draw("site =isp= hub", "site =isp= hub"));
        Assert.Equal(before, LabJanitor.ProcessesOf(Environment.ProcessId).Count);
        Assert.Empty(DirectoriesOf(Environment.ProcessId));
    }

    private static string[] DirectoriesOf(int pid)
        => Directory.Exists(LabDirectory.Running) ? Directory.GetDirectories(LabDirectory.Running, $"*-{pid}-*") : [];
}
