using System.Diagnostics;

namespace Holdfast.LabTests;

/// <summary>What the README promises a newcomer, done as it says: from a fresh clone.</summary>
public sealed class ReadmeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private static string Here => Repository.Root ?? throw new InvalidOperationException("not in the repository");

    [Fact]
    public async Task The_start_commands_work_in_a_fresh_clone()
    {
        var commands = StartCommands();
        Assert.Equal(["make demo", "make test"], commands);
        var interfaces = Directory.GetDirectories("/sys/class/net").Order();
        var clone = Directory.CreateTempSubdirectory("holdfast-clone-").FullName;
        try
        {
            await Run(Here, "git", "clone", "--quiet", "--local", ".", clone);
            var demo = await Run(clone, "sh", "-c", commands[0]);
            DemoTests.AssertWentWell(demo);
            Assert.Equal(interfaces, Directory.GetDirectories("/sys/class/net").Order());
            // This suite is what the second command runs; here it only has to know what to do.
            Assert.Contains("build/test Holdfast.Tests 'Holdfast.LabTests ", await Run(clone, "sh", "-c", commands[1] + " -n"),
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(clone, recursive: true);
        }
    }

    private static string[] StartCommands()
    {
        var lines = File.ReadAllLines(Path.Combine(Here, "README.md"));
        return [.. lines.SkipWhile(l => !l.StartsWith("```", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(l => !l.StartsWith("```", StringComparison.Ordinal)).Where(l => l.Length > 0)];
    }

    private static async Task<string> Run(string directory, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("MAKEFLAGS"); // a make above this one is none of its business
        start.Environment.Remove("MAKELEVEL");
        start.Environment.Remove("HOLDFAST_BINARY");
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        var said = $"{await output}\n{await errors}";
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{said}");
        return said;
    }
}
