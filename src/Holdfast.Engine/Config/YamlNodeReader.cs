namespace Holdfast.Engine.Config;

/// <summary>Maps the root of a node's file.</summary>
internal sealed class YamlNodeReader(
    ConfigFindings findings, YamlGroup group, YamlTunnelReader tunnels, YamlUplinkReader uplinks)
{
    public NodeConfig? Read(YamlNode? root)
    {
        if (root is null || root.IsNothing) return new();
        if (group.Open(root, YamlKeys.File) is not { } keys) return null;
        string? name = null;
        var read = new List<TunnelConfig>();
        var listed = new List<(UplinkConfig Uplink, Place Place)>();
        foreach (var (key, value) in keys)
        {
            switch (key)
            {
                case "node":
                    name = ReadNode(value);
                    break;
                case "uplinks":
                    listed = uplinks.Read(value);
                    break;
                case "tunnels":
                    ReadTunnels(value, read);
                    break;
                default:
                    throw new InvalidOperationException($"No reader for {key}.");
            }
        }
        foreach (var (uplink, place) in listed.Where(l => read.Exists(t => t.Name == l.Uplink.Interface)))
            findings.Error(place, $"{uplink.Interface} is a tunnel of this file", "name the interface below it, or remove it");
        return new() { Name = name, Uplinks = [.. listed.Select(l => l.Uplink)], Tunnels = [.. read] };
    }

    private string? ReadNode(YamlNode value)
    {
        if (group.Open(value, YamlKeys.Node) is not { } keys || !keys.TryGetValue("name", out var name)) return null;
        return group.Scalar(name, "name") is { } text && YamlNames.Check(text, name.Place, findings) ? text : null;
    }

    private void ReadTunnels(YamlNode value, List<TunnelConfig> read)
    {
        var places = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (var item in group.List(value, "tunnels"))
        {
            if (findings.Full) return;
            if (tunnels.Read(item) is not { } tunnel) continue;
            if (places.TryAdd(tunnel.Name, item.Place))
                read.Add(tunnel);
            else
                findings.Error(item.Place,
                    $"the tunnel of line {places[tunnel.Name].Line} is called {tunnel.Name} too",
                    "give each tunnel a name of its own");
        }
    }
}
