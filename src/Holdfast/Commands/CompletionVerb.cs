using System.CommandLine;
using Holdfast.CommandLine;

namespace Holdfast.Commands;

/// <summary><c>holdfast completion</c>.</summary>
internal sealed class CompletionVerb : Verb
{
    private readonly Value _shell = new("SHELL", Takes.Word, "bash, zsh or fish", "bash", "zsh", "fish");

    public CompletionVerb() : base("completion", "Print a script that lets a shell complete commands")
    {
        Examples =
        [
            new("source <(holdfast completion bash)", "use it in this bash"),
            new("holdfast completion zsh > ~/.zfunc/_holdfast", "install it for zsh, where ~/.zfunc is in fpath"),
            new("holdfast completion fish > ~/.config/fish/completions/holdfast.fish", "install it for fish"),
        ];
        Add(_shell);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
    {
        var places = CompletionPlace.AllOf(Root.Whole());
        streams.Out.Write(words.GetValue(_shell) switch
        {
            "bash" => BashCompletion.Text(places),
            "zsh" => ZshCompletion.Text(places),
            _ => FishCompletion.Text(places),
        });
        return Task.FromResult(ExitCode.Done);
    }
}
