namespace Holdfast.Crypto;

/// <summary>
/// Reads keys from text. No branch and no table index depends on a character that may be part of a secret.
/// </summary>
internal static class KeyText
{
    private const int KeySize = 32;
    private const int Base64Length = 44;

    /// <summary>
    /// As strict as the wg tool: 44 characters, the last one '=', nothing between, the two bits that the last digit
    /// has left over are zero. So each key has one spelling. A failure leaves zeros.
    /// </summary>
    internal static bool TryReadBase64(ReadOnlySpan<char> text, Span<byte> fill)
    {
        fill.Clear();
        if (text.Length != Base64Length || text[^1] != '=') return false;

        int bad = 0, bits = 0, held = 0, at = 0;
        foreach (var character in text[..^1])
        {
            var digit = Base64Digit(character);
            bad |= digit;                                   // negative as soon as one digit was none
            bits = (bits << 6 | digit & 63) & 0xffff;
            held += 6;
            if (held < 8) continue;
            held -= 8;
            fill[at++] = (byte)(bits >> held);
        }
        // 43 digits are 258 bits: 32 bytes and two bits that must be zero.
        if (bad >= 0 && (bits & 3) == 0) return true;
        fill.Clear();
        return false;
    }

    /// <summary>64 hexadecimal digits, in either case. A failure leaves zeros.</summary>
    internal static bool TryReadHex(ReadOnlySpan<char> text, Span<byte> fill)
    {
        fill.Clear();
        if (text.Length != 2 * KeySize) return false;

        int bad = 0;
        for (var i = 0; i < KeySize; i++)
        {
            int high = HexDigit(text[2 * i]), low = HexDigit(text[2 * i + 1]);
            bad |= high | low;
            fill[i] = (byte)(high << 4 | low & 15);
        }
        if (bad >= 0) return true;
        fill.Clear();
        return false;
    }

    private static int Base64Digit(char character) =>
        -1 + Within(character, 'A', 'Z', 0) + Within(character, 'a', 'z', 26) + Within(character, '0', '9', 52)
        + Within(character, '+', '+', 62) + Within(character, '/', '/', 63);

    private static int HexDigit(char character) =>
        -1 + Within(character, '0', '9', 0) + Within(character, 'A', 'F', 10) + Within(character, 'a', 'f', 10);

    /// <summary>
    /// The digit's value and one, or zero outside the range; both differences are negative only inside it.
    /// </summary>
    private static int Within(int character, int first, int last, int value) =>
        (first - 1 - character & character - last - 1) >> 31 & character - first + value + 1;
}
