using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Engine.Config;

namespace Holdfast.Commands;

/// <summary><c>holdfast man</c>: the pages of the repository that are made from the code. Hidden.</summary>
internal sealed class ManVerb : Verb
{
    private readonly Value _page = new("PAGE", Takes.Word, "holdfast.1 by default",
        "holdfast.1", "cli.md", "config.md")
    {
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ManVerb() : base("man", "Print a page of documentation that is made from the code")
    {
        Hidden = true;
        Add(_page);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
    {
        streams.Out.Write(words.GetValue(_page) switch
        {
            "cli.md" => CliPage.Text(Root.Whole()),
            "config.md" => ConfigPage.Text(),
            _ => ManPage.Text(Root.Whole()),
        });
        return Task.FromResult(ExitCode.Done);
    }
}
