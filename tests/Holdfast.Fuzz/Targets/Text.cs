using System.Text;

namespace Holdfast.Fuzz.Targets;

/// <summary>Between texts and inputs.</summary>
internal static class Text
{
    internal static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    internal static IEnumerable<byte[]> Words(params IEnumerable<string> words) => words.Select(Bytes);

    /// <summary>As a file is read: what is no UTF-8 becomes U+FFFD.</summary>
    internal static string Of(ReadOnlySpan<byte> input) => Encoding.UTF8.GetString(input);
}
