using System.CommandLine;
using System.CommandLine.Parsing;

namespace Holdfast.CommandLine;

/// <summary>Writes what <c>--help</c> prints.</summary>
internal static class HelpText
{
    private const int Width = 80;

    /// <summary>The verb that was asked for, with what stands above it, from the root down.</summary>
    public static Verb[] Path(ParseResult words)
    {
        var path = new List<Verb>();
        for (SymbolResult? at = words.CommandResult; at is CommandResult command; at = at.Parent)
            path.Insert(0, (Verb)command.Command);
        return [.. path];
    }

    /// <summary>Writes the help of the last verb in <paramref name="path"/>.</summary>
    public static void Write(TextWriter to, Verb[] path)
    {
        var page = VerbPage.Of(path);
        to.WriteLine($"{page.Verb.Description}.");
        to.WriteLine();
        to.WriteLine($"Usage: {page.Usage}");
        Table(to, "Verbs", page.Verbs);
        Table(to, "Arguments", page.Values);
        Table(to, "Options", page.Options);
        foreach (string paragraph in page.Verb.Details)
        {
            to.WriteLine();
            foreach (string line in Wrap(paragraph, Width)) to.WriteLine(line);
        }
        if (page.Verb.Examples.Length == 0) return;
        to.WriteLine();
        to.WriteLine("Examples:");
        foreach (var (line, what) in page.Verb.Examples)
        {
            to.WriteLine($"  {line}");
            to.WriteLine($"      {what}");
        }
    }

    private static void Table(TextWriter to, string title, (string Term, string What)[] rows)
    {
        if (rows.Length == 0) return;
        to.WriteLine();
        to.WriteLine($"{title}:");
        int column = rows.Max(r => r.Term.Length) + 4;
        foreach (var (term, what) in rows)
        {
            string begin = $"  {term}".PadRight(column);
            foreach (string line in Wrap(what, Width - column))
            {
                to.WriteLine(begin + line);
                begin = new(' ', column);
            }
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        while (text.Length > width)
        {
            int at = text.LastIndexOf(' ', width);
            if (at <= 0) break;
            yield return text[..at];
            text = text[(at + 1)..];
        }
        yield return text;
    }
}
