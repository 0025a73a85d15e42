namespace Holdfast.Engine.Config;

/// <summary>Reads a node's YAML file, strictly: what is not in <see cref="YamlKeys"/> is an error.</summary>
public static class YamlFile
{
    /// <summary>Reads the text of a node's file. Never throws; what is wrong stands in the result.</summary>
    /// <param name="path">The file's path, for messages and for relative paths of key files.</param>
    /// <param name="text">The file's text.</param>
    /// <param name="files">Where key files are read.</param>
    /// <param name="tables">Names of routing tables; the kernel's own three if null.</param>
    /// <param name="interfaces">The interfaces that there are just now; null where that is not known.</param>
    public static ConfigResult<NodeConfig> Parse(string path, string text, IConfigFiles files, RouteTableNames? tables = null,
        IReadOnlyList<string>? interfaces = null)
    {
        var findings = new ConfigFindings(path);
        var root = new YamlComposer(findings).Compose(text.TrimStart('\uFEFF'));
        if (findings.HasErrors) return findings.Result<NodeConfig>(null);
        var group = new YamlGroup(findings);
        var keys = new KeyFiles(path, files, findings);
        var tunnels = new YamlTunnelReader(findings, group, keys, tables ?? RouteTableNames.BuiltIn);
        var node = new YamlNodeReader(findings, group, tunnels, new YamlUplinkReader(findings, group, interfaces)).Read(root);
        return findings.Result(node);
    }

    /// <summary>Writes the configuration as a node's file; reading that again gives the same configuration, but for what
    /// such a file can't say: commands and SaveConfig become comments, and a tunnel needs a private key.</summary>
    /// <param name="config">What to write.</param>
    /// <param name="hideKeys">Writes <c>(hidden)</c> for private and preshared keys.</param>
    public static string Print(NodeConfig config, bool hideKeys = false) => YamlPrinter.Print(config, hideKeys);
}
