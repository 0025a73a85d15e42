using System.Buffers;

namespace Holdfast.Engine.Config;

/// <summary>One line of a wg-quick file, taken apart as wg-quick and wg do it: everything behind # is a comment, white
/// space around key and value does not count, and wg drops it inside of them too.</summary>
internal readonly ref struct WgQuickLine
{
    private const string Space = " \t\n\v\f\r";

    private static readonly SearchValues<char> SpaceCharacters = SearchValues.Create(Space);

    private readonly ReadOnlySpan<char> _raw;
    private readonly int _number;

    private WgQuickLine(ReadOnlySpan<char> raw, int number, int equals)
    {
        _raw = raw;
        _number = number;
        HasValue = equals >= 0;
        Text = raw.Trim(Space);
        Key = (HasValue ? raw[..equals] : raw).Trim(Space);
        Value = HasValue ? raw[(equals + 1)..].Trim(Space) : default;
        // An empty value is shown right behind the '='.
        ValuePlace = new(number, HasValue ? (Value.IsEmpty ? equals + 2 : Offset(Value) + 1) : 1);
    }

    public bool HasValue { get; }

    /// <summary>The whole line without comment and without white space at its ends.</summary>
    public ReadOnlySpan<char> Text { get; }

    public ReadOnlySpan<char> Key { get; }

    public ReadOnlySpan<char> Value { get; }

    public Place KeyPlace => new(_number, Offset(Text) + 1);

    public Place ValuePlace { get; }

    public static WgQuickLine Split(ReadOnlySpan<char> raw, int number)
    {
        int comment = raw.IndexOf('#');
        if (comment >= 0) raw = raw[..comment];
        return new(raw, number, raw.IndexOf('='));
    }

    public static string Squeeze(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAny(SpaceCharacters)) return text.ToString();
        var kept = new List<char>(text.Length);
        foreach (char c in text)
            if (!Space.Contains(c, StringComparison.Ordinal)) kept.Add(c);
        return new string([.. kept]);
    }

    /// <summary>The items between commas, squeezed; with <paramref name="bySpace"/> white space separates as a comma
    /// does and empty items don't count, as in a word list of the shell.</summary>
    public List<(string Text, Place Place)> Items(bool bySpace)
    {
        var items = new List<(string, Place)>();
        if (Value.IsEmpty) return items;
        foreach (var range in bySpace ? Value.SplitAny(Space + ",") : Value.SplitAny(","))
        {
            var item = Value[range].Trim(Space);
            if (bySpace && item.IsEmpty) continue;
            int column = ValuePlace.Column + (item.IsEmpty ? range.Start.Value : Offset(item) - Offset(Value));
            items.Add((Squeeze(item), new(_number, column)));
        }
        return items;
    }

    private int Offset(ReadOnlySpan<char> part)
        => part.IsEmpty || !_raw.Overlaps(part, out int offset) ? 0 : offset;
}
