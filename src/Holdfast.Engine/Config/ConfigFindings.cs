namespace Holdfast.Engine.Config;

/// <summary>Collects the errors and warnings of one file, each up to <see cref="ConfigLimits.Findings"/>.</summary>
internal sealed class ConfigFindings(string file)
{
    private readonly List<ConfigError> _errors = [];
    private readonly List<ConfigError> _warnings = [];

    /// <summary>Whether no further error would be kept, so that reading on is of no use.</summary>
    public bool Full => _errors.Count >= ConfigLimits.Findings;

    public bool HasErrors => _errors.Count > 0;

    public void Error(Place place, string message, string hint) => Add(_errors, place, message, hint);

    public void Error(Place place, Problem problem) => Add(_errors, place, problem.What, problem.Hint);

    public void Warn(Place place, string message, string hint) => Add(_warnings, place, message, hint);

    /// <summary>The result: <paramref name="value"/> when there is no error.</summary>
    public ConfigResult<T> Result<T>(T? value)
        where T : class
        => new(file, HasErrors ? null : value, [.. Sorted(_errors)], [.. Sorted(_warnings)]);

    /// <summary>The text in quotes, without control characters, not longer than a message should be, and with dots for
    /// whatever could be a key that stands in a wrong place.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        bool cut = text.Length > ConfigLimits.QuotedCharacters;
        char[] kept = (cut ? text[..ConfigLimits.QuotedCharacters] : text).ToArray();
        for (int i = 0; i < kept.Length; i++)
            if (char.IsControl(kept[i]) || char.IsSurrogate(kept[i])) kept[i] = '?';
        MaskKeys(kept);
        return cut ? $"'{new string(kept)}…'" : $"'{new string(kept)}'";
    }

    // 24 characters hold 18 bytes; no word of a configuration is that long without a dot, a dash or a space.
    private static void MaskKeys(Span<char> text)
    {
        const int KeyLike = 24;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '+' or '/')) continue;
            if (i - start >= KeyLike) text[start..i].Fill('.');
            start = i + 1;
        }
    }

    private void Add(List<ConfigError> list, Place place, string message, string hint)
    {
        if (list.Count < ConfigLimits.Findings) list.Add(new(file, place.Line, place.Column, message, hint));
    }

    private static IEnumerable<ConfigError> Sorted(List<ConfigError> list)
        => list.OrderBy(e => e.Line).ThenBy(e => e.Column);
}
