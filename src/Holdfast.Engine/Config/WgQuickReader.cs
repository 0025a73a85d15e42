using System.Net;

namespace Holdfast.Engine.Config;

/// <summary>Goes through a wg-quick file line by line.</summary>
internal sealed class WgQuickReader(ConfigFindings findings, RouteTableNames tables)
{
    private readonly WgQuickInterface _interface = new(findings, tables);
    private readonly List<PeerDraft> _peers = [];
    private readonly Dictionary<string, int> _lineOfKey = new(StringComparer.Ordinal);
    private ConfigSection? _section;
    private bool _skipping;

    public ConfigResult<TunnelConfig> Read(string name, string text)
    {
        int number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            if (findings.Full) break;
            number++;
            var raw = text.AsSpan(range);
            if (number == 1) raw = raw.TrimStart('\uFEFF');
            ReadLine(WgQuickLine.Split(raw, number));
        }
        foreach (var peer in _peers.Where(p => p.PublicKey is null && p.PublicKeyPlace == default))
            findings.Error(peer.Place, "a peer without PublicKey", "add PublicKey = … to this [Peer]");
        PeerClashes.CheckKeys(_peers, findings);
        PeerClashes.SettlePrefixes(_peers, lastWins: true, findings);
        return findings.Result(findings.HasErrors ? null : _interface.Finish(name, _peers));
    }

    private void ReadLine(WgQuickLine line)
    {
        if (line.Text.IsEmpty) return;
        if (line.Text[0] == '[')
            OpenSection(line);
        else if (!_skipping)
            ReadKey(line);
    }

    private void OpenSection(WgQuickLine line)
    {
        string title = WgQuickLine.Squeeze(line.Text);
        _skipping = false;
        _lineOfKey.Clear();
        if (title.Equals(WgQuickKeys.Interface.Title, StringComparison.OrdinalIgnoreCase))
        {
            _section = WgQuickKeys.Interface;
        }
        else if (title.Equals(WgQuickKeys.Peer.Title, StringComparison.OrdinalIgnoreCase))
        {
            _section = WgQuickKeys.Peer;
            _peers.Add(new(line.KeyPlace));
        }
        else
        {
            _skipping = true;
            findings.Error(line.KeyPlace, $"unknown section {ConfigFindings.Quote(line.Text)}", SectionHint(title));
        }
    }

    private static string SectionHint(string title)
    {
        string[] known = [WgQuickKeys.Interface.Title, WgQuickKeys.Peer.Title];
        return NearestWord.Of(title, known) is { } near ? $"did you mean {near}?" : "write [Interface] or [Peer]";
    }

    private void ReadKey(WgQuickLine line)
    {
        if (_section is null)
        {
            findings.Error(line.KeyPlace, "text before the first section", "start the file with [Interface]");
            _skipping = true;
            return;
        }
        if (FindKey(line) is not { } key) return;
        if (line.Value.IsEmpty && !key.MayBeEmpty)
        {
            findings.Error(line.ValuePlace, $"{key.Name} has no value", "write one, or remove the line");
            return;
        }
        if (!key.Repeats && !_lineOfKey.TryAdd(key.Name, line.KeyPlace.Line))
        {
            findings.Warn(line.KeyPlace, $"{key.Name} stands in line {_lineOfKey[key.Name]} already; this one counts",
                "remove one of them");
        }
        if (_section == WgQuickKeys.Interface)
            _interface.Set(key, line);
        else
            SetPeer(_peers[^1], key, line);
    }

    private ConfigKey? FindKey(WgQuickLine line)
    {
        // Before anything else, so that a key which lost its '=' is never echoed.
        if (!line.HasValue)
        {
            findings.Error(line.KeyPlace, "a line without '='", "write KEY = VALUE, or put # in front of a comment");
            return null;
        }
        string name = WgQuickLine.Squeeze(line.Key);
        if (_section!.Find(name, StringComparison.OrdinalIgnoreCase) is { } key
            && (key.OfWg || line.Key.Length == key.Name.Length)) return key;
        findings.Error(line.KeyPlace, $"unknown key {ConfigFindings.Quote(line.Key)} in {_section.Noun}",
            KeyHint(name));
        return null;
    }

    private string KeyHint(string name)
    {
        var other = _section == WgQuickKeys.Peer ? WgQuickKeys.Interface : WgQuickKeys.Peer;
        if (other.Find(name, StringComparison.OrdinalIgnoreCase) is not null) return $"it belongs under {other.Title}";
        return NearestWord.Of(name, _section!.Keys.Select(k => k.Name)) is { } near
            ? $"did you mean {near}?"
            : "remove it";
    }

    private void SetPeer(PeerDraft peer, ConfigKey key, WgQuickLine line)
    {
        string value = WgQuickLine.Squeeze(line.Value);
        Problem problem = default;
        switch (key.Name)
        {
            case "PublicKey":
                peer.PublicKeyPlace = line.ValuePlace;
                peer.PublicKey = ValueText.TryPublicKey(value, out var publicKey, out problem) ? publicKey : null;
                break;
            case "PresharedKey":
                if (ValueText.TrySecret(value, out var preshared, out problem)) peer.PresharedKey = preshared;
                break;
            case "AllowedIPs":
                AddPrefixes(peer, line);
                break;
            case "Endpoint":
                if (!EndpointText.TryEndpoint(value, out var endpoint, out problem)) break;
                peer.Endpoints.Clear();
                peer.Endpoints.Add(endpoint);
                break;
            case "PersistentKeepalive":
                if (ValueText.TryKeepalive(value, out ushort? seconds, out problem)) peer.Keepalive = seconds;
                break;
            default:
                throw new InvalidOperationException($"No reader for {key.Name}.");
        }
        if (problem != default) findings.Error(line.ValuePlace, problem);
    }

    private void AddPrefixes(PeerDraft peer, WgQuickLine line)
    {
        foreach (var (text, place) in line.Items(bySpace: false))
        {
            if (!AddressText.TryPrefix(text, out IPNetwork prefix, out bool hadHostBits, out var problem))
            {
                findings.Error(place, problem);
                continue;
            }
            if (hadHostBits)
                findings.Warn(place, $"{text} has host bits; it is taken as {prefix}", $"write {prefix}");
            peer.AllowedIps.Add((prefix, place));
        }
    }
}
