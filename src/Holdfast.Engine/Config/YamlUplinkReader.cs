namespace Holdfast.Engine.Config;

/// <summary>Maps the uplinks of a node's file.</summary>
/// <param name="findings">What is wrong.</param>
/// <param name="group">Takes maps apart.</param>
/// <param name="interfaces">The interfaces that there are just now; null where that is not known.</param>
internal sealed class YamlUplinkReader(ConfigFindings findings, YamlGroup group, IReadOnlyList<string>? interfaces)
{
    /// <summary>Those that can be read, each with its place; errors are in the findings.</summary>
    public List<(UplinkConfig Uplink, Place Place)> Read(YamlNode value)
    {
        var read = new List<(UplinkConfig Uplink, Place Place)>();
        foreach (var item in group.List(value, "uplinks"))
        {
            if (findings.Full) break;
            if (ReadOne(item) is not { } uplink) continue;
            var last = read.FindIndex(r => r.Uplink.Interface == uplink.Interface);
            if (last >= 0)
                findings.Error(item.Place, $"the uplink of line {read[last].Place.Line} is {uplink.Interface} too", "remove one of them");
            else if (read.Count == ConfigLimits.Uplinks)
                findings.Error(item.Place, $"more than {ConfigLimits.Uplinks} uplinks", "remove some");
            else
                read.Add((uplink, item.Place));
        }
        WarnOfMissing(read);
        return read;
    }

    // It may be a modem that is not plugged in yet; and it may be a slip, for one that is not in the list.
    private void WarnOfMissing(List<(UplinkConfig Uplink, Place Place)> read)
    {
        if (interfaces is null) return;
        var names = read.Select(r => r.Uplink.Interface).ToArray();
        foreach (var (uplink, place) in read.Where(r => !interfaces.Contains(r.Uplink.Interface)))
        {
            var meant = NearestWord.Of(uplink.Interface, interfaces.Except(names)) is { } near ? $"did you mean {near}? " : "";
            findings.Warn(place, $"there is no interface {uplink.Interface} here yet", $"{meant}it is used once it comes");
        }
    }

    private UplinkConfig? ReadOne(YamlNode node)
    {
        if (group.Open(node, YamlKeys.Uplink) is not { } keys) return null;
        var uplink = new UplinkConfig("");
        foreach (var (key, value) in keys)
            if (group.Scalar(value, key) is { } text) uplink = Set(uplink, key, text, value.Place);
        return uplink.Interface.Length > 0 ? uplink : null;
    }

    private UplinkConfig Set(UplinkConfig uplink, string key, string text, Place place)
    {
        Problem problem = default;
        switch (key)
        {
            case "interface":
                if (InterfaceName.IsValid(text)) uplink = uplink with { Interface = text };
                else problem = new($"{ConfigFindings.Quote(text)} can't name an interface", InterfaceName.Rule);
                break;
            case "weight":
                if (ValueText.TryWeight(text, out ushort weight, out problem)) uplink = uplink with { Weight = weight };
                break;
            case "metered":
                if (ValueText.TryFlag(text, out bool metered, out problem)) uplink = uplink with { IsMetered = metered };
                break;
            case "backup":
                if (ValueText.TryFlag(text, out bool backup, out problem)) uplink = uplink with { IsBackup = backup };
                break;
            default:
                throw new InvalidOperationException($"No reader for {key}.");
        }
        if (problem != default) findings.Error(place, problem);
        return uplink;
    }
}
