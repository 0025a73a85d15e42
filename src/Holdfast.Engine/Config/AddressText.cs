using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Engine.Config;

/// <summary>Reads addresses and prefixes as strictly as inet_pton(3), which the wg tool uses; the framework's own
/// parser takes short and octal forms as well.</summary>
internal static class AddressText
{
    private static readonly SearchValues<char> V6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private const string PrefixHint = "write ADDRESS/LENGTH, for example 10.7.0.0/24 or fd07::/64";

    public static bool TryAddress(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (!text.Contains(':')) return TryV4(text, out address);
        if (text.ContainsAnyExcept(V6Characters)) return false;
        int tail = text.LastIndexOf(':') + 1;
        if (text.Contains('.') && !TryV4(text[tail..], out _)) return false;
        if (!IPAddress.TryParse(text, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
            return false;
        address = parsed;
        return true;
    }

    /// <summary>An interface's address; without a length it stands alone, as with ip(8).</summary>
    public static bool TryInterfaceAddress(ReadOnlySpan<char> text, out InterfaceAddress value, out Problem problem)
    {
        value = default;
        if (!TrySplit(text, out var address, out byte length, out problem)) return false;
        value = new(address, length);
        return true;
    }

    /// <summary>A prefix; host bits are cleared, and <paramref name="hadHostBits"/> says whether there were
    /// any.</summary>
    public static bool TryPrefix(
        ReadOnlySpan<char> text, out IPNetwork value, out bool hadHostBits, out Problem problem)
    {
        value = default;
        hadHostBits = false;
        if (!TrySplit(text, out var address, out byte length, out problem)) return false;
        value = Prefix.Of(address, length);
        hadHostBits = !value.BaseAddress.Equals(address);
        return true;
    }

    private static bool TrySplit(ReadOnlySpan<char> text, out IPAddress address, out byte length, out Problem problem)
    {
        length = 0;
        problem = default;
        int slash = text.IndexOf('/');
        if (!TryAddress(slash < 0 ? text : text[..slash], out address))
        {
            problem = new($"{ConfigFindings.Quote(text)} is not an IP address", PrefixHint);
            return false;
        }
        byte most = Prefix.Bits(address.AddressFamily);
        length = most;
        if (slash < 0) return true;
        if (NumberText.TryDecimal(text[(slash + 1)..], out uint given) && given <= most)
        {
            length = (byte)given;
            return true;
        }
        problem =
            new($"the prefix length of {ConfigFindings.Quote(text)} is not a number from 0 to {most}", PrefixHint);
        return false;
    }

    private static bool TryV4(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        Span<byte> bytes = stackalloc byte[4];
        int group = 0;
        foreach (var range in text.Split('.'))
        {
            var digits = text[range];
            bool octal = digits.Length > 1 && digits[0] == '0';
            if (group == 4 || octal
                || !NumberText.TryDecimal(digits, out bytes[group]))
                return false;
            group++;
        }
        if (group != 4) return false;
        address = new IPAddress(bytes);
        return true;
    }
}
