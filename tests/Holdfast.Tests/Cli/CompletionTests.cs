using System.Diagnostics;
using Holdfast.CommandLine;

namespace Holdfast.Tests.Cli;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("co", "completion config")]
    [InlineData("key ", "generate preshared public")]
    [InlineData("key generate --", "--help")]
    [InlineData("status --", "--help --json --watch")]
    [InlineData("config show --f", "--format")]
    [InlineData("config show x --format ", "wg yaml")]
    [InlineData("completion ", "bash fish zsh")]
    [InlineData("down ", "hf9 other")]
    [InlineData("status o", "other")]
    [InlineData("daemon --config other", "other.sock")]
    [InlineData("device ", "")]
    public async Task Bash_completes(string typed, string answer)
    {
        string[] words = ["holdfast", .. typed.Split(' ')];
        var directory = Directory.CreateTempSubdirectory("holdfast-cli-");
        try
        {
            foreach (string name in new[] { "hf9.sock", "other.sock" })
                File.WriteAllText(Path.Combine(directory.FullName, name), "");
            string script = (await Run.Of("completion", "bash")).Out + """
                compopt() { :; }
                COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
                _holdfast
                printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd ' '
                """;
            Assert.Equal(answer, (await Bash(script, words, directory.FullName)).Trim());
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Every_verb_and_option_is_in_the_script(string shell)
    {
        var run = await Run.Of("completion", shell);
        Assert.Equal((0, ""), (run.Code, run.Error));
        foreach (var place in CompletionPlace.AllOf(Root.Whole()))
        {
            Assert.Contains($"'{place.Path}'", run.Out, StringComparison.Ordinal);
            foreach (var option in place.Options)
            {
                string spelling = shell == "fish" ? $"-l {option.Name[2..]} " : option.Name;
                Assert.Contains(spelling, run.Out, StringComparison.Ordinal);
            }
        }
        Assert.DoesNotContain("holdfast man", run.Out, StringComparison.Ordinal);
    }

    private static async Task<string> Bash(string script, string[] words, string directory)
    {
        var start = new ProcessStartInfo("bash", ["--norc", "-euc", script, "bash", .. words])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = directory,
        };
        start.Environment["HOLDFAST_RUN_DIR"] = directory;
        using var bash = Process.Start(start)!;
        string answer = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return answer;
    }
}
