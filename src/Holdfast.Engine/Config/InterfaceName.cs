namespace Holdfast.Engine.Config;

/// <summary>The rule for names of tunnel interfaces: wg-quick's, less what the kernel refuses.</summary>
public static class InterfaceName
{
    /// <summary>The rule in words, for error messages.</summary>
    public const string Rule = "use 1 to 15 of the characters a-z A-Z 0-9 _ = + . -";

    /// <summary>Whether <paramref name="name"/> may name a tunnel's interface.</summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > ConfigLimits.InterfaceName || name is "." or "..") return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && !"_=+.-".Contains(c, StringComparison.Ordinal)) return false;
        return true;
    }
}
