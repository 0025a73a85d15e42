using System.CommandLine.Parsing;
using Holdfast.Engine.Config;

namespace Holdfast.CommandLine;

/// <summary>Keeps a value to a few words.</summary>
internal static class Choice
{
    /// <summary>Adds an error when the value is none of <paramref name="words"/>.</summary>
    public static void Check(SymbolResult result, string what, string[] words)
    {
        if (result.Tokens is not [var token, ..] || words.Contains(token.Value)) return;
        string hint = NearestWord.Of(token.Value, words) is { } nearest
            ? $"did you mean {nearest}?"
            : $"use {List(words)}";
        result.AddError($"{what} can't be {UsageError.Quote(token.Value)}; {hint}");
    }

    /// <summary><c>a, b or c</c>.</summary>
    public static string List(IReadOnlyList<string> words)
        => words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";
}
