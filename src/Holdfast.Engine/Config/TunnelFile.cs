namespace Holdfast.Engine.Config;

/// <summary>Finds and reads the file of a tunnel, whichever of the two formats it has.</summary>
public sealed class TunnelFile(IConfigFiles files)
{
    private static readonly string[] Directories = ["/etc/wireguard", "/etc/holdfast"];

    /// <summary>Reads the files of this host.</summary>
    public static TunnelFile OnHost { get; } = new(SystemConfigFiles.Instance);

    /// <summary>The path that a word of the command line means: a bare NAME is /etc/wireguard/NAME.conf, or else
    /// /etc/holdfast/NAME.conf; anything else, or a NAME that neither has, is a path.</summary>
    public string Resolve(string target)
    {
        if (!InterfaceName.IsValid(target)) return target;
        string[] candidates = [.. Directories.Select(d => $"{d}/{target}{WgQuickFile.Extension}")];
        string? found = candidates.FirstOrDefault(files.Exists);
        return found ?? (files.Exists(target) ? target : candidates[0]);
    }

    /// <summary>Reads one tunnel. Never throws; what is wrong stands in the result.</summary>
    /// <param name="target">A path, or a bare name; see <see cref="Resolve"/>.</param>
    /// <param name="tunnel">Which tunnel of a YAML file; may be null when it has exactly one.</param>
    public ConfigResult<TunnelConfig> Load(string target, string? tunnel = null)
    {
        var one = LoadOne(target, tunnel);
        return new(one.File, one.Value?.Tunnels[0], one.Errors, one.Warnings);
    }

    /// <summary>Reads one tunnel as <see cref="Load"/> does, as the only one of its node, with what the file says of the node
    /// itself.</summary>
    /// <param name="target">A path, or a bare name; see <see cref="Resolve"/>.</param>
    /// <param name="tunnel">Which tunnel; may be null when there is exactly one.</param>
    public ConfigResult<NodeConfig> LoadOne(string target, string? tunnel = null) => Pick(LoadAll(target), tunnel);

    /// <summary>Reads every tunnel of a file of either format; a wg-quick file becomes a node without a name. Never
    /// throws; what is wrong stands in the result.</summary>
    /// <param name="target">A path, or a bare name; see <see cref="Resolve"/>.</param>
    public ConfigResult<NodeConfig> LoadAll(string target)
    {
        string path = Resolve(target);
        var findings = new ConfigFindings(path);
        if (Read(path, findings) is not { } file) return findings.Result<NodeConfig>(null);
        if (IsYaml(path, file.Text)) return ParseNode(path, file);
        var tunnel = ParseWgQuick(path, file);
        var node = tunnel.Value is null ? null : new NodeConfig { Tunnels = [tunnel.Value] };
        return new(path, node, tunnel.Errors, tunnel.Warnings);
    }

    /// <summary>Reads a node's YAML file. Never throws; what is wrong stands in the result.</summary>
    public ConfigResult<NodeConfig> LoadNode(string path)
    {
        var findings = new ConfigFindings(path);
        return Read(path, findings) is { } file ? ParseNode(path, file) : findings.Result<NodeConfig>(null);
    }

    private ConfigResult<NodeConfig> ParseNode(string path, ConfigText file)
        => WithModes(YamlFile.Parse(path, file.Text, files, TableNames(), Interfaces()), file, _ => false);

    private ConfigResult<TunnelConfig> ParseWgQuick(string path, ConfigText file)
        => WithModes(WgQuickFile.Parse(path, file.Text, TableNames()), file, c => c.HasHooks);

    private ConfigText? Read(string path, ConfigFindings findings)
    {
        try
        {
            if (path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal))
                return files.Read(path, ConfigLimits.FileBytes);
            findings.Error(default, "not a path", "name a file");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            findings.Error(default, "there is no such file", "create it, or correct the name");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            findings.Error(default, $"can't be read: {fault.Message.TrimEnd('.')}",
                "make it a file that you can read");
        }
        return null;
    }

    // Without an ending that tells, a file whose first line opens a section is wg-quick's.
    private static bool IsYaml(string path, string text)
    {
        if (path.EndsWith(WgQuickFile.Extension, StringComparison.Ordinal)) return false;
        if (path.EndsWith(".yaml", StringComparison.Ordinal) || path.EndsWith(".yml", StringComparison.Ordinal))
            return true;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var line = raw.Trim();
            if (!line.IsEmpty && line[0] != '#') return line[0] != '[';
        }
        return true;
    }

    private string[]? Interfaces()
    {
        try
        {
            return InterfaceName.ListedIn(files.Read(InterfaceName.List, ConfigLimits.FileBytes).Text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null; // nothing is said of interfaces then
        }
    }

    private RouteTableNames TableNames()
    {
        var names = RouteTableNames.BuiltIn;
        if (RouteTableNames.Files.FirstOrDefault(files.Exists) is { } main) names = With(names, main);
        // By name, so that the later directory's file takes the place of the earlier one's.
        var more = RouteTableNames.Directories.SelectMany(files.List)
            .Where(p => p.EndsWith(".conf", StringComparison.Ordinal) && !Path.GetFileName(p).StartsWith('.'))
            .GroupBy(Path.GetFileName).OrderBy(g => g.Key, StringComparer.Ordinal);
        foreach (var same in more) names = With(names, same.Last());
        return names;
    }

    private RouteTableNames With(RouteTableNames names, string path)
    {
        try
        {
            return names.With(files.Read(path, ConfigLimits.FileBytes).Text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return names; // numbers still work; a name that only that file has is reported where it is used
        }
    }

    private static ConfigResult<NodeConfig> Pick(ConfigResult<NodeConfig> node, string? name)
    {
        if (node.Value is not { } config) return node;
        TunnelConfig[] matching = [.. config.Tunnels.Where(t => name is null || t.Name == name)];
        if (matching.Length == 1) return node with { Value = config with { Tunnels = [matching[0]] } };
        string names = string.Join(", ", config.Tunnels.Select(t => t.Name));
        string what = name is null ? $"{config.Tunnels.Count} tunnels in the file" : $"no tunnel {name} in the file";
        string hint = names.Length > 0 ? $"name one of {names}" : "add one under tunnels";
        return node with { Value = null, Errors = [new(node.File, 0, 0, what, hint)] };
    }

    private static ConfigResult<T> WithModes<T>(ConfigResult<T> result, ConfigText file, Func<T, bool> hasCommands)
        where T : class
    {
        if (file.IsOpenToOthers)
        {
            var open = new ConfigError(result.File, 0, 0, "others can get at this file and its keys",
                $"chmod 600 {result.File}");
            result = result with { Warnings = [open, .. result.Warnings] };
        }
        if (result.Value is not { } value || !hasCommands(value)) return result;
        if (file.IsWritableByOthers)
            return Refused("the file has commands, and not only its owner may write it", $"chmod go-w {result.File}");
        if (file.IsOthers)
            return Refused("the file has commands, and belongs to another user", $"chown {Environment.UserName} {result.File}");
        return result;

        ConfigResult<T> Refused(string what, string hint) =>
            result with { Value = null, Errors = [new(result.File, 0, 0, what, hint)] };
    }
}
