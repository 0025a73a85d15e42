namespace Holdfast.Engine.Config;

/// <summary>A node of a YAML document with its place.</summary>
internal sealed class YamlNode(YamlKind kind, Place place)
{
    public YamlKind Kind { get; } = kind;

    public Place Place { get; } = place;

    /// <summary>A scalar's text.</summary>
    public string Text { get; init; } = "";

    /// <summary>Whether the scalar is written without quotes, so that an empty one or ~ means nothing at
    /// all.</summary>
    public bool IsPlain { get; init; }

    public List<YamlNode> Items { get; } = [];

    public List<(YamlNode Key, YamlNode Value)> Entries { get; } = [];

    public bool IsNothing => Kind == YamlKind.Scalar && IsPlain && Text is "" or "~" or "null";

    public string Noun => Kind switch
    {
        YamlKind.Scalar => "a single value",
        YamlKind.List => "a list",
        _ => "a group of keys",
    };
}
