namespace Holdfast.Tests.Cli;

public sealed class UsageTests
{
    [Theory]
    [InlineData("upp x", "unknown verb 'upp'; did you mean up?; see holdfast --help")]
    [InlineData("statsu --json", "unknown verb 'statsu'; did you mean status?; see holdfast --help")]
    [InlineData("frobnicate", "unknown verb 'frobnicate'; see holdfast --help")]
    [InlineData("upp --help", "unknown verb 'upp'; did you mean up?; see holdfast --help")]
    [InlineData("--versoin", "unknown option '--versoin'; did you mean --version?; see holdfast --help")]
    [InlineData("key", "key needs a verb: generate, public or preshared; see holdfast key --help")]
    [InlineData("key genrate", "unknown verb 'genrate' of key; did you mean generate?; see holdfast key --help")]
    [InlineData("config chek wg0", "unknown verb 'chek' of config; did you mean check?; see holdfast config --help")]
    [InlineData("config check", "check needs FILE|NAME; see holdfast config check --help")]
    [InlineData("config show a --format ymal",
        "--format can't be 'ymal'; did you mean yaml?; see holdfast config show --help")]
    [InlineData("config show a --format 7", "--format can't be '7'; use wg or yaml; see holdfast config show --help")]
    [InlineData("up", "up needs FILE|NAME; see holdfast up --help")]
    [InlineData("up a b", "up can't do anything with 'b'; see holdfast up --help")]
    [InlineData("up --foregroud a",
        "unknown option '--foregroud' of up; did you mean --foreground?; see holdfast up --help")]
    [InlineData("up --hepl", "unknown option '--hepl' of up; did you mean --help?; see holdfast up --help")]
    [InlineData("down", "down needs NAME; see holdfast down --help")]
    [InlineData("device", "device needs NAME; see holdfast device --help")]
    [InlineData("daemon --config", "--config needs FILE; see holdfast daemon --help")]
    [InlineData("daemon --config a --config b", "--config stands there twice; see holdfast daemon --help")]
    [InlineData("status --jsno",
        "unknown option '--jsno' of status; did you mean --json?; see holdfast status --help")]
    [InlineData("log --since yesterday", "--since can't be 'yesterday'; use 90s, 10m, 1h30m or 2d; see holdfast log --help")]
    [InlineData("log --since", "--since needs DURATION; see holdfast log --help")]
    [InlineData("completion tcsh", "SHELL can't be 'tcsh'; use bash, zsh or fish; see holdfast completion --help")]
    public async Task A_slip_is_named_with_what_was_probably_meant(string line, string answer)
        => (await Run.Of(line.Split(' '))).IsRefused(answer);

    [Fact]
    public async Task Nothing_at_all_lists_the_verbs()
    {
        var run = await Run.Of();
        Assert.Equal(2, run.Code);
        Assert.StartsWith("holdfast: a verb is missing: up, down, status, ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("man,", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wild_word_can_not_write_on_the_terminal()
    {
        var run = await Run.Of("\e[2Jup" + new string('x', 300));
        Assert.StartsWith("holdfast: unknown verb '?[2Jupxxx", run.Error, StringComparison.Ordinal);
        Assert.InRange(run.Error.Length, 1, 150);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("--", "--odd/x.conf")]
    [InlineData("@odd/x.conf")]
    public async Task An_odd_name_is_taken_as_it_is(params string[] words)
    {
        var run = await Run.Of(["config", "check", .. words]);
        Assert.Equal(1, run.Code);
        Assert.Contains($"{words[^1]}: there is no such file", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_the_build_s()
    {
        var run = await Run.Of("--version");
        Assert.Equal((0, $"holdfast {Holdfast.Engine.HoldfastVersion.Text}\n", ""), (run.Code, run.Out, run.Error));
    }
}
