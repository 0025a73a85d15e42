using System.Text;

namespace Holdfast.CommandLine;

/// <summary>The text of holdfast(1), for man: troff with the man macros.</summary>
internal static class ManPage
{
    /// <summary>The page.</summary>
    public static string Text(Root root)
    {
        var text = new StringBuilder();
        Macro(text, "TH HOLDFAST 1 \"\" Holdfast \"User Commands\"");
        Macro(text, "SH NAME");
        text.Append($"holdfast \\- {Escape(LowerFirst(root.Description!))}\n");
        Macro(text, "SH SYNOPSIS");
        var pages = VerbPage.AllOf([root]).Where(p => p.Verbs.Length == 0).ToList();
        foreach (var page in pages)
        {
            Bold(text, page.Usage);
            Macro(text, "br");
        }
        Macro(text, "SH DESCRIPTION");
        Paragraphs(text, root.Details);
        Table(text, VerbPage.Of([root]).Options);
        Macro(text, "SH VERBS");
        foreach (var page in VerbPage.AllOf([root]).Skip(1)) Page(text, page);
        Section(text, "EXIT STATUS", Common.ExitCodes);
        Section(text, "FILES", Common.Files);
        Section(text, "ENVIRONMENT", Common.Variables);
        Macro(text, "SH EXAMPLES");
        Examples(text, root.Examples);
        Macro(text, "SH SEE ALSO");
        text.Append("wg(8), wg\\-quick(8)\n");
        return text.ToString();
    }

    private static void Page(StringBuilder text, VerbPage page)
    {
        Macro(text, $"SS \"{Escape(page.Usage)}\"");
        text.Append($"{Escape(page.Verb.Description!)}.\n");
        Table(text, page.Values);
        // What every verb has stands in the description.
        Table(text, [.. page.Options.SkipLast(1)]);
        if (page.Verb.Details.Length > 0) Macro(text, "PP");
        Paragraphs(text, page.Verb.Details);
        Examples(text, page.Verb.Examples);
    }

    private static void Section(StringBuilder text, string title, (string Term, string What)[] rows)
    {
        Macro(text, $"SH \"{title}\"");
        Table(text, rows);
    }

    private static void Table(StringBuilder text, (string Term, string What)[] rows)
    {
        foreach (var (term, what) in rows)
        {
            Macro(text, "TP");
            Bold(text, term);
            text.Append($"{Escape(what)}.\n");
        }
    }

    private static void Examples(StringBuilder text, Example[] examples)
    {
        foreach (var (line, what) in examples)
        {
            Macro(text, "PP");
            text.Append($"{Escape(char.ToUpperInvariant(what[0]) + what[1..])}:\n");
            Macro(text, "PP");
            Macro(text, "RS 4");
            Bold(text, line);
            Macro(text, "RE");
        }
    }

    private static void Paragraphs(StringBuilder text, string[] paragraphs)
    {
        for (int i = 0; i < paragraphs.Length; i++)
        {
            if (i > 0) Macro(text, "PP");
            text.Append($"{Escape(paragraphs[i])}\n");
        }
    }

    private static void Bold(StringBuilder text, string words) => text.Append($"\\fB{Escape(words)}\\fR\n");

    private static void Macro(StringBuilder text, string macro) => text.Append($".{macro}\n");

    // A dash stays the ASCII character that is typed; a dot or quote that begins a line is no macro.
    private static string Escape(string words)
    {
        string escaped = words.Replace("\\", "\\e", StringComparison.Ordinal)
            .Replace("-", "\\-", StringComparison.Ordinal)
            .Replace("'", "\\(aq", StringComparison.Ordinal)
            .Replace("\"", "\\(dq", StringComparison.Ordinal);
        return escaped.StartsWith('.') ? $"\\&{escaped}" : escaped;
    }

    private static string LowerFirst(string words) => char.ToLowerInvariant(words[0]) + words[1..];
}
