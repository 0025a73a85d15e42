using System.Diagnostics;

namespace Holdfast.LabTests;

/// <summary>What `make install` puts below a prefix.</summary>
public sealed class InstallTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("holdfast-install-");

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData("/usr"), InlineData("/usr/local")]
    public async Task Units_run_the_program_below_the_prefix(string prefix)
    {
        // The program as it is: that it is up to date is another target's work.
        await Run("make", "--silent", "-o", "out/holdfast", "install", $"DESTDIR={_root.FullName}", $"PREFIX={prefix}");
        foreach (var unit in new[] { "holdfast.service", "holdfast@.service" })
        {
            var path = $"{_root.FullName}{prefix}/lib/systemd/system/{unit}";
            var programs = (await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken))
                .Where(l => l.StartsWith("Exec", StringComparison.Ordinal) && l.Contains("holdfast ", StringComparison.Ordinal))
                .Select(l => l.Split('=', 2)[1].Split(' ')[0]).ToList();
            Assert.NotEmpty(programs);
            Assert.All(programs, p => Assert.Equal($"{prefix}/bin/holdfast", p));
            Assert.True(File.Exists($"{_root.FullName}{prefix}/bin/holdfast"));
        }
    }

    [Fact]
    public async Task Systemd_knows_every_key_and_finds_the_daemon_little_exposed()
    {
        // Copied, so that what it says is about the file and not about where it stands.
        var unit = Path.Combine(_root.FullName, "holdfast.service");
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root!, "packaging", "holdfast.service"),
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(unit, text.Replace("/usr/bin/holdfast", HoldfastBinary.Path, StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        Assert.DoesNotContain("Unknown", await Run("systemd-analyze", "verify", "--man=no", unit), StringComparison.Ordinal);
        var verdict = await Run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=30", unit);
        Assert.Contains("Overall exposure level for holdfast.service: ", verdict, StringComparison.Ordinal);
    }

    private static async Task<string> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("MAKEFLAGS"); // a make above this one is none of its business
        start.Environment.Remove("MAKELEVEL");
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(limit.Token);
        var said = $"{await output}\n{await errors}";
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{said}");
        return said;
    }
}
