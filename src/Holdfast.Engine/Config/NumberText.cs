using System.Globalization;
using System.Numerics;

namespace Holdfast.Engine.Config;

/// <summary>Reads numbers of digits alone; the framework's parsers take zero bytes behind them.</summary>
internal static class NumberText
{
    /// <summary>A decimal number; leading zeros are allowed.</summary>
    internal static bool TryDecimal<T>(ReadOnlySpan<char> text, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = default;
        return !text.ContainsAnyExceptInRange('0', '9')
            && T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>A decimal number of ASCII bytes.</summary>
    internal static bool TryDecimal<T>(ReadOnlySpan<byte> text, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = default;
        return !text.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Decimal, or hexadecimal behind 0x, as wg reads a mark and iproute2 the numbers in rt_tables.</summary>
    internal static bool TryNumber(ReadOnlySpan<char> text, out uint number) =>
        text is ['0', 'x', .. var digits] ? TryHexadecimal(digits, out number) : TryDecimal(text, out number);

    /// <summary>A number in the base that its beginning tells, as ip reads it (strtoul(3)): hexadecimal behind 0x, octal behind 0,
    /// else decimal.</summary>
    internal static bool TryAnyBase(ReadOnlySpan<char> text, out uint number) => text switch
    {
        ['0', 'x' or 'X', .. var digits] => TryHexadecimal(digits, out number),
        ['0', _, ..] => TryOctal(text[1..], out number),
        _ => TryDecimal(text, out number),
    };

    private static bool TryHexadecimal(ReadOnlySpan<char> text, out uint number)
    {
        number = 0;
        foreach (var c in text)
            if (!char.IsAsciiHexDigit(c)) return false;
        return uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }

    private static bool TryOctal(ReadOnlySpan<char> text, out uint number)
    {
        ulong sum = 0;
        number = 0;
        foreach (var c in text)
        {
            if (c is < '0' or > '7') return false;
            sum = (sum * 8) + (ulong)(c - '0');
            if (sum > uint.MaxValue) return false;
        }
        number = (uint)sum;
        return true;
    }
}
