using System.CommandLine.Parsing;
using System.Globalization;

namespace Holdfast.CommandLine;

/// <summary>A span of time as people type it: 90s, 10m, 1h30m, 2d.</summary>
internal static class Span
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(10_000);

    /// <summary>Adds an error when the value is none.</summary>
    public static void Check(SymbolResult result, string what)
    {
        if (result.Tokens is [var token, ..] && Parse(token.Value) is null)
            result.AddError($"{what} can't be {UsageError.Quote(token.Value)}; use 90s, 10m, 1h30m or 2d");
    }

    /// <summary>The span; null for what is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        var sum = TimeSpan.Zero;
        for (var at = 0; at < text.Length || at == 0;)
        {
            var end = at;
            while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
            if (end == text.Length || UnitOf(text[end]) is not { } unit
                || !int.TryParse(text.AsSpan(at, end - at), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || count > (Longest - sum) / unit) return null;
            sum += unit * count;
            at = end + 1;
        }
        return sum;
    }

    private static TimeSpan? UnitOf(char letter) => letter switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
