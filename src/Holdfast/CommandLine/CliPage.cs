using System.Text;

namespace Holdfast.CommandLine;

/// <summary>The text of docs/cli.md.</summary>
internal static class CliPage
{
    /// <summary>The page.</summary>
    public static string Text(Root root)
    {
        var text = new StringBuilder("# Command line\n\n");
        text.Append("This page is made from the code by `make docs`; a test keeps it so.\n");
        foreach (var page in VerbPage.AllOf([root]))
        {
            if (page.Verb != root) text.Append($"\n## {page.Path}\n");
            text.Append($"\n{page.Verb.Description}.\n\n```\n{page.Usage}\n```\n");
            Table(text, "Verb", page.Verbs);
            Table(text, "Argument", page.Values);
            // What every verb has stands at the first one.
            Table(text, "Option", page.Verb == root ? page.Options : [.. page.Options.SkipLast(1)]);
            foreach (string paragraph in page.Verb.Details) text.Append($"\n{Plain(paragraph)}\n");
            if (page.Verb.Examples.Length == 0) continue;
            text.Append("\nExamples:\n\n```sh\n");
            foreach (var (line, what) in page.Verb.Examples) text.Append($"# {what}\n{line}\n");
            text.Append("```\n");
        }
        Section(text, "Exit codes", "Code", Common.ExitCodes);
        Section(text, "Files", "File", Common.Files);
        Section(text, "Environment", "Variable", Common.Variables);
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, string head, (string Term, string What)[] rows)
    {
        text.Append($"\n## {title}\n");
        Table(text, head, rows);
    }

    private static void Table(StringBuilder text, string head, (string Term, string What)[] rows)
    {
        if (rows.Length == 0) return;
        text.Append($"\n| {head} | |\n|---|---|\n");
        foreach (var (term, what) in rows)
            text.Append($"| `{term.Replace("|", "\\|", StringComparison.Ordinal)}` | {Plain(what)} |\n");
    }

    private static string Plain(string words) => words.Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("*", "\\*", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
}
