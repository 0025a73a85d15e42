using System.Diagnostics;

namespace Holdfast.Tests.Cli;

/// <summary>Standard streams: with writers that fail, and with the built program itself.</summary>
public sealed class StreamTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "holdfast");

    [Fact]
    public async Task A_reader_that_left_is_no_error()
    {
        using var output = new FailingWriter(32, "Broken pipe");
        using var error = new StringWriter();
        Assert.Equal(0, await Holdfast.Cli.RunAsync(["config", "schema"], output, error, TextReader.Null));
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task A_full_disk_is_one()
    {
        using var output = new FailingWriter(28, "No space left on device");
        using var error = new StringWriter();
        Assert.Equal(1, await Holdfast.Cli.RunAsync(["config", "schema"], output, error, TextReader.Null));
        Assert.Equal("holdfast: No space left on device\n", error.ToString());
    }

    [Fact]
    public async Task The_program_ends_quietly_when_its_reader_has_left()
        => Assert.Equal("code 0\n", await Shell(
            "exec 5> >(true); wait $!; { \"$0\" config schema 2>&3 >&5; echo \"code $?\"; } 3>&1"));

    [Fact]
    public async Task The_program_says_when_the_disk_is_full()
        => Assert.Matches("^holdfast: [^\n]*No space left on device[^\n]*\ncode 1\n$", await Shell(
            "{ \"$0\" config schema 2>&3 > /dev/full; echo \"code $?\"; } 3>&1"));

    [Fact]
    public async Task Two_answers_stand_one_after_the_other_in_a_file()
    {
        string line = (await Run.Of("--version")).Out;
        Assert.Equal(line + line, await InDirectory("{ \"$0\" --version; \"$0\" --version; } > answers; cat answers"));
    }

    [Theory]
    [InlineData("022", "> key", true)]
    [InlineData("077", "> key", false)]
    [InlineData("022", "| cat > key", false)]
    [InlineData("022", "> /dev/null", false)]
    public async Task The_program_warns_of_a_file_that_others_can_read(string umask, string where, bool warns)
    {
        string error = await InDirectory($"umask {umask}; exec 3>&1; \"$0\" key generate 2>&3 {where}");
        Assert.Equal(warns, error.Contains("umask 077", StringComparison.Ordinal));
        if (!warns) Assert.Equal("", error);
    }

    private static async Task<string> InDirectory(string script)
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-cli-");
        try
        {
            return await Shell(script, directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<string> Shell(string script, string directory = "/")
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["--norc", "-c", script, Program])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = directory,
        })!;
        string text = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return text;
    }

    // Fails when it is flushed, as a stream with a buffer does.
    private sealed class FailingWriter(int errno, string message) : StringWriter
    {
        public override Task FlushAsync() => throw new IOException(message, errno);
    }
}
