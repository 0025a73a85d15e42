using System.CommandLine;

namespace Holdfast.CommandLine;

/// <summary>A verb as its readers see it: what help, the man page, docs/cli.md and completions share.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Path">The words that call it, <c>holdfast</c> first.</param>
/// <param name="Usage">Its synopsis.</param>
/// <param name="Verbs">The verbs below it, and what they do.</param>
/// <param name="Values">Its arguments, and what they say.</param>
/// <param name="Options">Its options, and what they do.</param>
internal sealed record VerbPage(
    Verb Verb, string Path, string Usage,
    (string Term, string What)[] Verbs, (string Term, string What)[] Values, (string Term, string What)[] Options)
{
    /// <summary>The page of the last verb in <paramref name="path"/>, which begins at the root.</summary>
    public static VerbPage Of(Verb[] path)
    {
        var verb = path[^1];
        string words = string.Join(' ', path.Select(v => v.Name));
        return new(verb, words, UsageOf(verb, words),
            [.. Below(verb).Select(v => (v.Name, v.Description!))],
            [.. verb.Arguments.Select(a => (a.Name, a.Description!))],
            [.. OptionsOf(verb, path[0]).Select(o => (Term(o), o.Description!))]);
    }

    /// <summary>The pages of the last verb in <paramref name="path"/> and of all that stand below it.</summary>
    public static IEnumerable<VerbPage> AllOf(Verb[] path)
        => Below(path[^1]).SelectMany(v => AllOf([.. path, v])).Prepend(Of(path));

    /// <summary>The verbs below <paramref name="verb"/> that are shown.</summary>
    public static IEnumerable<Verb> Below(Verb verb) => verb.Subcommands.Where(c => !c.Hidden).Cast<Verb>();

    /// <summary>The options that stand at <paramref name="verb"/>, those for every verb last.</summary>
    public static IEnumerable<Option> OptionsOf(Verb verb, Verb root)
    {
        var own = verb.Options.Where(o => !o.Hidden);
        return verb == root ? own : own.Concat(root.Options.Where(o => o.Recursive && !o.Hidden));
    }

    private static string Term(Option option)
    {
        string names = string.Join(", ", option.Aliases.Append(option.Name));
        return option is Setting ? $"{names} {option.HelpName}" : names;
    }

    private static string UsageOf(Verb verb, string words)
    {
        var parts = new List<string> { words };
        if (verb.Subcommands.Count > 0) parts.Add("VERB");
        foreach (var value in verb.Arguments)
            parts.Add(value.Arity.MinimumNumberOfValues > 0 ? value.Name : $"[{value.Name}]");
        foreach (var option in verb.Options.Where(o => !o.Hidden && !o.Recursive && o.Name != "--version"))
        {
            string term = option is Setting ? $"{option.Name} {option.HelpName}" : option.Name;
            parts.Add(option.Required ? term : $"[{term}]");
        }
        return string.Join(' ', parts);
    }
}
