namespace Holdfast.Engine.Config;

/// <summary>Reads wg-quick's files by the rules of wg-quick(8) and <c>wg setconf</c>.</summary>
public static class WgQuickFile
{
    /// <summary>The end of such a file's name.</summary>
    public const string Extension = ".conf";

    /// <summary>Reads the text of a wg-quick file. Never throws; what is wrong stands in the result.</summary>
    /// <param name="path">The file's path; its last part without <c>.conf</c> names the interface.</param>
    /// <param name="text">The file's text.</param>
    /// <param name="tables">Names of routing tables; the kernel's own three if null.</param>
    public static ConfigResult<TunnelConfig> Parse(string path, string text, RouteTableNames? tables = null)
    {
        var findings = new ConfigFindings(path);
        string? name = NameFrom(path);
        if (name is null)
        {
            findings.Error(default, "the file's name does not name an interface",
                $"call it NAME{Extension}; for NAME {InterfaceName.Rule}");
        }
        return new WgQuickReader(findings, tables ?? RouteTableNames.BuiltIn).Read(name ?? "", text);
    }

    /// <summary>The interface's name from the path of its file, or null when it is not <c>NAME.conf</c>.</summary>
    public static string? NameFrom(string path)
    {
        string file = path[(path.LastIndexOf('/') + 1)..];
        if (!file.EndsWith(Extension, StringComparison.Ordinal)) return null;
        string name = file[..^Extension.Length];
        return InterfaceName.IsValid(name) ? name : null;
    }

    /// <summary>Writes the configuration as a wg-quick file; reading that again gives the same configuration, but for
    /// what such a file can't say: peers' names and endpoints behind the first become comments.</summary>
    /// <param name="config">What to write.</param>
    /// <param name="hideKeys">Writes <c>(hidden)</c> for private and preshared keys.</param>
    public static string Print(TunnelConfig config, bool hideKeys = false)
        => WgQuickPrinter.Print(config, hideKeys);
}
