namespace Holdfast.Engine.Config;

/// <summary>The rule for names of tunnel interfaces: wg-quick's, less what the kernel refuses; and where the kernel lists
/// names.</summary>
public static class InterfaceName
{
    /// <summary>The rule in words, for error messages.</summary>
    public const string Rule = "use 1 to 15 of the characters a-z A-Z 0-9 _ = + . -";

    /// <summary>The kernel's table of interfaces, of the reader's network namespace.</summary>
    internal const string List = "/proc/net/dev";

    /// <summary>The names in that table: two lines of headings, then a name and a colon in front of the figures.</summary>
    internal static string[] ListedIn(string table) =>
        [.. table.Split('\n').Skip(2).Where(line => line.Contains(':', StringComparison.Ordinal)).Select(line => line.Split(':')[0].Trim())];

    /// <summary>Whether <paramref name="name"/> may name a tunnel's interface.</summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > ConfigLimits.InterfaceName || name is "." or "..") return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && !"_=+.-".Contains(c, StringComparison.Ordinal)) return false;
        return true;
    }
}
