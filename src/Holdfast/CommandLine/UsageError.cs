using System.CommandLine;
using System.CommandLine.Parsing;
using Holdfast.Engine.Config;

namespace Holdfast.CommandLine;

/// <summary>Says in one line why a command line can't be understood, and what was probably meant.</summary>
internal static class UsageError
{
    private const int QuotedCharacters = 60;

    /// <summary>The line for a command line that can't be understood; null when it can.</summary>
    public static string? Of(ParseResult words)
    {
        var command = words.CommandResult.Command;
        string? what = Stranger(words) is { } stranger ? Unknown(command, stranger)
            : words.Errors is [var error, ..] ? Wrong(command, error)
            : null;
        return what is null ? null : $"{what}; see {Path(words.CommandResult)} --help";
    }

    /// <summary>A word that nothing takes; null if there is none.</summary>
    public static string? Stranger(ParseResult words)
    {
        // The parser takes a misspelt option for an argument where one is wanted.
        bool anything = words.Tokens.Any(t => t.Type == TokenType.DoubleDash);
        var taken = words.CommandResult.Command.Arguments.SelectMany(a => words.GetResult(a)?.Tokens ?? []);
        return taken.FirstOrDefault(t => !anything && IsOption(t.Value))?.Value
            ?? (words.UnmatchedTokens is [var first, ..] ? first : null);
    }

    /// <summary>A word in quotes, cut to a sensible length, without control characters.</summary>
    public static string Quote(string word)
    {
        bool cut = word.Length > QuotedCharacters;
        if (cut) word = word[..QuotedCharacters];
        var kept = word.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return $"'{string.Concat(kept)}{(cut ? "…" : "")}'";
    }

    private static bool IsOption(string word) => word.StartsWith('-') && word.Length > 1;

    private static string Unknown(Command command, string stranger)
    {
        if (IsOption(stranger))
        {
            string name = stranger.Split('=')[0];
            var options = command.Options.Where(o => !o.Hidden).Select(o => o.Name).Append("--help");
            return $"unknown option {Quote(name)}{Of(command)}{Suggest(name, options)}";
        }
        if (command.Subcommands.Count > 0)
            return $"unknown verb {Quote(stranger)}{Of(command)}{Suggest(stranger, Names(command))}";
        return $"{command.Name} can't do anything with {Quote(stranger)}";
    }

    private static string Wrong(Command command, ParseError error) => error.SymbolResult switch
    {
        OptionResult { Tokens.Count: 0 } option => $"{option.Option.Name} needs {option.Option.HelpName}",
        OptionResult { Tokens.Count: > 1 } option => $"{option.Option.Name} stands there twice",
        ArgumentResult { Tokens.Count: 0 } argument => $"{command.Name} needs {argument.Argument.Name}",
        CommandResult when command.Subcommands.Count > 0 => VerbMissing(command),
        CommandResult when command.Arguments is [var argument, ..] => $"{command.Name} needs {argument.Name}",
        _ => error.Message.TrimEnd('.'),
    };

    private static string VerbMissing(Command command)
    {
        string what = command is Root ? "a verb is missing" : $"{command.Name} needs a verb";
        return $"{what}: {Choice.List(Names(command))}";
    }

    private static string Suggest(string word, IEnumerable<string> candidates)
        => NearestWord.Of(word, candidates) is { } nearest ? $"; did you mean {nearest}?" : "";

    private static string[] Names(Command command)
        => [.. command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)];

    // The line begins with the root's name already.
    private static string Of(Command command) => command is Root ? "" : $" of {command.Name}";

    private static string Path(CommandResult result)
        => result.Parent is CommandResult above ? $"{Path(above)} {result.Command.Name}" : result.Command.Name;
}
