using Holdfast.CommandLine;

namespace Holdfast.Tests.Cli;

public sealed class HelpTests
{
    public static TheoryData<string> Paths => [.. Shown.Select(p => p.Path)];

    // Hidden ones have help as well, for whoever finds them.
    private static IEnumerable<VerbPage> Shown => VerbPage.AllOf([Root.Whole()]);

    [Theory, MemberData(nameof(Paths))]
    public async Task Every_verb_has_help_that_fits_a_terminal(string path)
    {
        string[] words = path.Split(' ')[1..];
        var run = await Run.Of([.. words, "--help"]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains($"\nUsage: {path}", run.Out, StringComparison.Ordinal);
        Assert.Contains("-h, --help", run.Out, StringComparison.Ordinal);
        Assert.All(run.Out.Split('\n').Where(l => !l.StartsWith("Usage:", StringComparison.Ordinal)),
            l => Assert.InRange(l.Length, 0, 80));
        Assert.Equal(run, await Run.Of([.. words, "-h"]));
        Assert.Equal(run, await Run.Of(["help", .. words]));
    }

    [Fact]
    public void Every_word_of_the_command_line_says_what_it_is()
    {
        Assert.All(Shown, page =>
        {
            Assert.All(page.Values.Concat(page.Options).Concat(page.Verbs), row => Assert.NotEqual("", row.What));
            Assert.All(page.Verb.Examples, e => Assert.Contains("holdfast", e.Line, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void A_verb_alone_is_the_same_as_among_all()
    {
        foreach (var verb in Root.Whole().Subcommands)
        {
            var alone = Assert.Single(Root.For([verb.Name]).Subcommands);
            Assert.Equal((verb.Name, verb.GetType()), (alone.Name, alone.GetType()));
        }
    }

    [Fact]
    public async Task Help_wins_over_what_is_missing()
        => Assert.Equal(0, (await Run.Of("config", "show", "--help", "--format")).Code);
}
