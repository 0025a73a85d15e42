using System.CommandLine;

namespace Holdfast.CommandLine;

/// <summary>A verb of the command line, or a noun with verbs below it. Help, man page, docs/cli.md and completions
/// are all made from this.</summary>
/// <param name="name">The word that is typed.</param>
/// <param name="summary">What it does: one line, without a full stop.</param>
internal abstract class Verb(string name, string summary) : Command(name, summary)
{
    /// <summary>What else there is to know: paragraphs of plain text.</summary>
    public string[] Details { get; init; } = [];

    /// <summary>Command lines to copy.</summary>
    public Example[] Examples { get; init; } = [];

    /// <summary>Does it.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public abstract Task<int> RunAsync(ParseResult words, Streams streams);
}
