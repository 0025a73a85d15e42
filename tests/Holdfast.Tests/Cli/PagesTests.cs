namespace Holdfast.Tests.Cli;

public sealed class PagesTests
{
    [Theory]
    [InlineData("cli.md", "docs/cli.md")]
    [InlineData("holdfast.1", "packaging/man/holdfast.1")]
    public async Task The_page_in_the_repository_is_what_the_code_prints(string page, string file)
    {
        string expected = (await Run.Of("man", page)).Out;
        Assert.True(expected == Repository.Read(file),
            $"{file} is out of date; run make docs");
    }

    [Fact]
    public async Task The_man_page_comes_without_being_named()
        => Assert.Equal(await Run.Of("man", "holdfast.1"), await Run.Of("man"));

    [Fact]
    public async Task Troff_takes_no_text_for_a_macro()
    {
        string page = (await Run.Of("man")).Out;
        string[] macros = ["TH", "SH", "SS", "TP", "PP", "RS", "RE", "br"];
        foreach (string line in page.Split('\n').Where(l => l.StartsWith('.') || l.StartsWith('\'')))
            Assert.Contains(line[1..].Split(' ')[0], macros);
        Assert.DoesNotContain(" -", page, StringComparison.Ordinal);
    }
}
