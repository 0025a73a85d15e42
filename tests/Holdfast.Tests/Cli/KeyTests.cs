using System.Diagnostics;

namespace Holdfast.Tests.Cli;

public sealed class KeyTests
{
    [Fact]
    public async Task A_key_of_ours_has_the_public_key_that_wg_gives_it()
    {
        string key = (await Run.Of("key", "generate")).Out;
        Assert.Matches("^[A-Za-z0-9+/]{43}=\n$", key);
        Assert.Equal(await Wg("pubkey", key), (await Run.With(key, "key", "public")).Out);
    }

    [Fact]
    public async Task A_key_of_wg_has_the_public_key_that_wg_gives_it()
    {
        string key = await Wg("genkey", "");
        Assert.Equal(await Wg("pubkey", key), (await Run.With(key, "key", "public")).Out);
    }

    [Theory]
    [InlineData("generate")]
    [InlineData("preshared")]
    public async Task No_two_keys_are_the_same(string verb)
    {
        var (first, second) = (await Run.Of("key", verb), await Run.Of("key", verb));
        Assert.Equal((0, 45, ""), (first.Code, first.Out.Length, first.Error));
        Assert.NotEqual(first.Out, second.Out);
    }

    [Fact]
    public async Task Blanks_around_a_key_do_no_harm()
    {
        string key = (await Run.Of("key", "generate")).Out;
        Assert.Equal(await Run.With(key, "key", "public"), await Run.With($"\n  {key}\n", "key", "public"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\n")]
    public async Task Without_a_key_there_is_no_public_key(string input)
    {
        var run = await Run.With(input, "key", "public");
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Equal(
            "holdfast: standard input is empty; give it a private key: holdfast key public < FILE\n", run.Error);
    }

    [Theory]
    [InlineData("AAAA")]
    [InlineData("not a key at all, but as long as one is...!=")]
    public async Task What_is_no_key_is_refused_and_never_shown(string input)
    {
        foreach (string text in new[] { input, input + new string('A', 10_000) })
        {
            var run = await Run.With(text, "key", "public");
            Assert.Equal((1, ""), (run.Code, run.Out));
            Assert.DoesNotContain(input, run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_for_a_file_that_others_can_read_comes_with_a_warning()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var streams = new Streams(output, error, TextReader.Null) { OutIsOpenToOthers = () => true };
        Assert.Equal(0, await Holdfast.Cli.RunAsync(["key", "generate"], streams));
        Assert.Equal(45, output.ToString().Length);
        Assert.Contains("umask 077", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> Wg(string verb, string input)
    {
        using var wg = Process.Start(new ProcessStartInfo("wg", verb)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await wg.StandardInput.WriteAsync(input);
        wg.StandardInput.Close();
        string answer = await wg.StandardOutput.ReadToEndAsync();
        await wg.WaitForExitAsync();
        Assert.Equal(0, wg.ExitCode);
        return answer;
    }
}
