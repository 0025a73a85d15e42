using System.Globalization;
using System.Numerics;

namespace Holdfast.Engine.Config;

/// <summary>Reads numbers that are digits and nothing else. The framework's own parsers take zero bytes behind the
/// digits, which would then go on into whatever is made of the text.</summary>
internal static class NumberText
{
    /// <summary>A decimal number; leading zeros are allowed.</summary>
    public static bool TryDecimal<T>(ReadOnlySpan<char> text, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = default;
        return !text.ContainsAnyExceptInRange('0', '9')
            && T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>A decimal number of ASCII bytes.</summary>
    public static bool TryDecimal<T>(ReadOnlySpan<byte> text, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = default;
        return !text.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>A decimal number, or a hexadecimal one behind 0x.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out uint number)
    {
        if (!text.StartsWith("0x", StringComparison.Ordinal)) return TryDecimal(text, out number);
        number = 0;
        return !text.Contains('\0')
            && uint.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }
}
