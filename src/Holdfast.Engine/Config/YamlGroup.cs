namespace Holdfast.Engine.Config;

/// <summary>Takes a YAML map apart by its row of <see cref="YamlKeys"/>: every entry is known, once there, and
/// complete, or an error.</summary>
internal sealed class YamlGroup(ConfigFindings findings)
{
    /// <summary>The known entries of <paramref name="node"/> by key, or null when it is no map at all.</summary>
    public Dictionary<string, YamlNode>? Open(YamlNode node, ConfigSection section)
    {
        if (node.Kind != YamlKind.Map)
        {
            findings.Error(node.Place, $"{section.Noun} is a group of keys, not {node.Noun}",
                "write KEY: VALUE lines");
            return null;
        }
        var entries = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        var places = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (var (key, value) in node.Entries)
        {
            if (findings.Full) return null;
            if (!IsTaken(key, section)) continue;
            if (!places.TryAdd(key.Text, key.Place))
                findings.Error(key.Place, $"{key.Text} stands in line {places[key.Text].Line} already", "remove one");
            else if (value.IsNothing)
                findings.Error(value.Place, $"{key.Text} has no value", "write one, or remove the key");
            else
                entries.Add(key.Text, value);
        }
        var required = section.Keys.Where(k => k.Presence == ConfigPresence.Required);
        foreach (var key in required.Where(k => !places.ContainsKey(k.Name)))
            findings.Error(node.Place, $"{section.Noun} without {key.Name}", $"add {key.Name}: …");
        return entries;
    }

    /// <summary>The text of a single value, or null with an error.</summary>
    public string? Scalar(YamlNode node, string key)
    {
        if (node.Kind == YamlKind.Scalar && !node.IsNothing) return node.Text;
        findings.Error(node.Place, $"{key} takes a single value, not {(node.IsNothing ? "nothing" : node.Noun)}",
            $"write {key}: VALUE");
        return null;
    }

    /// <summary>The items of a list; empty with an error when it is none.</summary>
    public List<YamlNode> List(YamlNode node, string key)
    {
        if (node.Kind == YamlKind.List) return node.Items;
        findings.Error(node.Place, $"{key} takes a list, not {node.Noun}", $"write {key}: [FIRST, SECOND]");
        return [];
    }

    /// <summary>The single values of a list.</summary>
    public IEnumerable<(string Text, Place Place)> Words(YamlNode node, string key)
    {
        foreach (var item in List(node, key))
        {
            if (findings.Full) yield break;
            if (Scalar(item, key) is { } text) yield return (text, item.Place);
        }
    }

    private bool IsTaken(YamlNode key, ConfigSection section)
    {
        if (key.Kind != YamlKind.Scalar)
        {
            findings.Error(key.Place, $"{key.Noun} where a key belongs", "write KEY: VALUE");
            return false;
        }
        string quoted = ConfigFindings.Quote(key.Text);
        switch (section.Find(key.Text))
        {
            case null:
                findings.Error(key.Place, $"unknown key {quoted} in {section.Noun}", UnknownHint(key.Text, section));
                return false;
            case { Presence: ConfigPresence.Later } later:
                findings.Error(key.Place, $"{quoted} is not supported by this version", later.Description);
                return false;
            case { Presence: ConfigPresence.Never } never:
                findings.Error(key.Place, $"{quoted} is not taken in a YAML file", never.Description);
                return false;
            default:
                return true;
        }
    }

    private static string UnknownHint(string name, ConfigSection section)
    {
        if (NearestWord.Of(name, section.Taken.Select(k => k.Name)) is { } near) return $"did you mean {near}?";
        var home = YamlKeys.All.FirstOrDefault(s => s != section && s.Taken.Any(k => k.Name == name));
        return home is null ? "remove it" : $"it belongs into {home.Noun}";
    }
}
