using Holdfast.Crypto;

namespace Holdfast.Engine.Config;

/// <summary>Reads the plain values that both file formats have: numbers, marks, tables, keys.</summary>
internal static class ValueText
{
    /// <summary>Keys are never repeated in a message, not even a broken one.</summary>
    public static readonly Problem BadKey = new(
        "the key is not 44 characters of base64 ending in '='", "make one with `holdfast key generate`");

    /// <summary>WireGuard reads zeros as no key at all.</summary>
    public static readonly Problem ZeroKey = new("the key is all zeros", "make one with `holdfast key generate`");

    /// <summary>A mark: off, decimal, or hexadecimal with 0x, as the wg tool takes it; 0 is off.</summary>
    public static bool TryMark(string text, out uint? mark, out Problem problem)
    {
        mark = null;
        problem = default;
        if (IsOff(text)) return true;
        if (NumberText.TryNumber(text, out uint number))
        {
            mark = number == 0 ? null : number;
            return true;
        }
        problem = new($"{ConfigFindings.Quote(text)} is not a mark", "write off, or a number from 0 to 0xffffffff");
        return false;
    }

    /// <summary>Seconds between keepalives: off, or 0 to 65535; 0 is off.</summary>
    public static bool TryKeepalive(string text, out ushort? seconds, out Problem problem)
    {
        seconds = null;
        problem = default;
        if (IsOff(text)) return true;
        if (NumberText.TryDecimal(text, out ushort number))
        {
            seconds = number == 0 ? null : number;
            return true;
        }
        problem = new(
            $"{ConfigFindings.Quote(text)} is not a keepalive interval", "write off, or seconds from 0 to 65535");
        return false;
    }

    /// <summary>An MTU in bytes: 68 is the least the kernel takes for IPv4, 65535 the most for a TUN.</summary>
    public static bool TryMtu(string text, out int mtu, out Problem problem)
    {
        problem = default;
        if (NumberText.TryDecimal(text, out mtu) && mtu is >= 68 and <= 65535)
            return true;
        problem = new($"{ConfigFindings.Quote(text)} is not an MTU", "write a number of bytes from 68 to 65535");
        return false;
    }

    /// <summary>A share against others': 1 to 1000.</summary>
    public static bool TryWeight(string text, out ushort weight, out Problem problem)
    {
        problem = default;
        if (NumberText.TryDecimal(text, out weight) && weight is >= 1 and <= ConfigLimits.Weight) return true;
        problem = new($"{ConfigFindings.Quote(text)} is not a weight", $"write a number from 1 to {ConfigLimits.Weight}");
        return false;
    }

    /// <summary>The word true or false.</summary>
    public static bool TryFlag(string text, out bool flag, out Problem problem)
    {
        flag = text == "true";
        problem = flag || text == "false" ? default : new($"{ConfigFindings.Quote(text)} is neither true nor false",
            "write true or false");
        return problem == default;
    }

    /// <summary>A routing table: auto, off, a number, or a name that iproute2 knows; table 0 is the main one, as the
    /// kernel reads it.</summary>
    public static bool TryTable(string text, RouteTableNames names, out TableChoice table, out Problem problem)
    {
        problem = default;
        table = TableChoice.Auto;
        if (text.Equals("auto", StringComparison.OrdinalIgnoreCase)) return true;
        if (IsOff(text))
        {
            table = TableChoice.Off;
            return true;
        }
        uint? number = names.Find(text) ?? (NumberText.TryAnyBase(text, out uint given) ? given : null);
        if (number is { } known)
        {
            table = TableChoice.Given(known == 0 ? 254 : known);
            return true;
        }
        problem = new($"there is no routing table {ConfigFindings.Quote(text)}",
            $"write auto, off, a number, or a name from {RouteTableNames.Files[0]} or {RouteTableNames.Directories[^1]}");
        return false;
    }

    public static bool TryPublicKey(string text, out PublicKey key, out Problem problem)
    {
        problem = BadKey;
        if (!PublicKey.TryParse(text, out key)) return false;
        problem = default;
        return true;
    }

    /// <summary>A private or preshared key; zeros are no key.</summary>
    public static bool TrySecret(ReadOnlySpan<char> text, out Secret? key, out Problem problem)
    {
        problem = BadKey;
        if (!Secret.TryParse(text, out key)) return false;
        problem = default;
        if (key!.IsZero) key = null;
        return true;
    }

    public static bool IsOff(string text) => text.Equals("off", StringComparison.OrdinalIgnoreCase);
}
