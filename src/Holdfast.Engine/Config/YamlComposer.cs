using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Holdfast.Engine.Config;

/// <summary>Makes nodes from YamlDotNet's events. Anchors, aliases, tags and further documents are refused: a
/// configuration is data, and an alias lets a small file grow without bound.</summary>
internal sealed class YamlComposer(ConfigFindings findings)
{
    private const string SyntaxHint = "correct the YAML";

    /// <summary>The document's root, or null when it is empty or broken; what is wrong is in the findings.</summary>
    public YamlNode? Compose(string text)
    {
        try
        {
            return ReadDocument(new Parser(new StringReader(text)));
        }
        catch (YamlException broken)
        {
            if (FirstTab(text) is { } tab)
                findings.Error(tab, "not YAML: a tab in the indentation", "indent with spaces");
            else
                findings.Error(PlaceOf(broken.Start), $"not YAML: {Plain(broken.Message)}", SyntaxHint);
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or FormatException
            or OverflowException or IndexOutOfRangeException or NullReferenceException)
        {
            // The YAML library trips over some broken input; whoever wrote the file can still mend it.
            findings.Error(new(1, 1), "not YAML that can be read", SyntaxHint);
        }
        return null;
    }

    private YamlNode? ReadDocument(Parser parser)
    {
        YamlNode? root = null;
        int documents = 0;
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case DocumentStart start when ++documents > 1:
                    findings.Error(PlaceOf(start.Start), "a second document", "keep one document in the file");
                    return null;
                case Scalar or SequenceStart or MappingStart or AnchorAlias:
                    root = ReadNode(parser, 1);
                    if (root is null) return null;
                    break;
            }
        }
        return root;
    }

    // Stands on the node's first event, and leaves the parser on its last.
    private YamlNode? ReadNode(Parser parser, int depth)
    {
        var current = parser.Current!;
        var place = PlaceOf(current.Start);
        if (current is AnchorAlias
            || current is NodeEvent { Anchor.IsEmpty: false } or NodeEvent { Tag.IsEmpty: false })
        {
            findings.Error(place, "anchors, aliases and tags are not taken here", "write the value itself");
            return null;
        }
        if (depth > ConfigLimits.YamlDepth)
        {
            findings.Error(place, $"more than {ConfigLimits.YamlDepth} levels", "no key stands that deep");
            return null;
        }
        return current switch
        {
            Scalar scalar => new(YamlKind.Scalar, place)
            {
                Text = scalar.Value,
                IsPlain = scalar.Style == ScalarStyle.Plain,
            },
            SequenceStart => ReadList(parser, new(YamlKind.List, place), depth),
            _ => ReadMap(parser, new(YamlKind.Map, place), depth),
        };
    }

    private YamlNode? ReadList(Parser parser, YamlNode list, int depth)
    {
        while (parser.MoveNext() && parser.Current is not SequenceEnd)
        {
            if (ReadNode(parser, depth + 1) is not { } item) return null;
            list.Items.Add(item);
        }
        return list;
    }

    private YamlNode? ReadMap(Parser parser, YamlNode map, int depth)
    {
        while (parser.MoveNext() && parser.Current is not MappingEnd)
        {
            if (ReadNode(parser, depth + 1) is not { } key) return null;
            if (!parser.MoveNext() || ReadNode(parser, depth + 1) is not { } value) return null;
            map.Entries.Add((key, value));
        }
        return map;
    }

    // The library takes such a tab for many things, and names places far from it.
    private static Place? FirstTab(string text)
    {
        int number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            int indent = line.IndexOfAnyExcept(' ');
            if (indent >= 0 && line[indent] == '\t' && !line.Trim().IsEmpty) return new(number, indent + 1);
        }
        return null;
    }

    private static Place PlaceOf(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    // The library's messages are sentences of their own; they may repeat a line of the file in part.
    private static string Plain(string message) => ConfigFindings.Quote(message.TrimEnd('.')).Trim('\'');
}
