namespace Holdfast.Engine.Config;

/// <summary>Maps one peer of a tunnel in a node's file.</summary>
internal sealed class YamlPeerReader(ConfigFindings findings, YamlGroup group, KeyFiles keyFiles)
{
    public PeerDraft? Read(YamlNode node)
    {
        if (group.Open(node, YamlKeys.Peer) is not { } keys) return null;
        var peer = new PeerDraft(node.Place);
        foreach (var (key, value) in keys) Set(peer, key, value);
        if (keys.ContainsKey("preshared_key") && keys.TryGetValue("preshared_key_file", out var file))
            findings.Error(file.Place, "preshared_key and preshared_key_file both stand here", "remove one of them");
        return peer;
    }

    private void Set(PeerDraft peer, string key, YamlNode value)
    {
        switch (key)
        {
            case "allowed_ips":
                ReadPrefixes(peer, value);
                break;
            case "endpoints":
                ReadEndpoints(peer, value);
                break;
            default:
                if (group.Scalar(value, key) is { } text) SetScalar(peer, key, text, value.Place);
                break;
        }
    }

    private void SetScalar(PeerDraft peer, string key, string text, Place place)
    {
        Problem problem = default;
        switch (key)
        {
            case "name":
                if (YamlNames.Check(text, place, findings)) peer.Name = text;
                break;
            case "public_key":
                peer.PublicKeyPlace = place;
                if (ValueText.TryPublicKey(text, out var publicKey, out problem)) peer.PublicKey = publicKey;
                break;
            case "preshared_key":
                if (ValueText.TrySecret(text, out var preshared, out problem)) peer.PresharedKey = preshared;
                break;
            case "preshared_key_file":
                peer.PresharedKey = keyFiles.Read(text, place, zerosAreNone: true);
                break;
            case "keepalive":
                if (ValueText.TryKeepalive(text, out ushort? seconds, out problem)) peer.Keepalive = seconds;
                break;
            case "paths":
                if (PathModeText.TryRead(text, out var mode, out problem)) peer.Paths = mode;
                break;
            default:
                throw new InvalidOperationException($"No reader for {key}.");
        }
        if (problem != default) findings.Error(place, problem);
    }

    private void ReadPrefixes(PeerDraft peer, YamlNode value)
    {
        foreach (var (text, place) in group.Words(value, "allowed_ips"))
        {
            if (!AddressText.TryPrefix(text, out var prefix, out bool hadHostBits, out var problem))
            {
                findings.Error(place, problem);
                continue;
            }
            if (hadHostBits)
                findings.Warn(place, $"{text} has host bits; it is taken as {prefix}", $"write {prefix}");
            peer.AllowedIps.Add((prefix, place));
        }
    }

    private void ReadEndpoints(PeerDraft peer, YamlNode value)
    {
        foreach (var (text, place) in group.Words(value, "endpoints"))
        {
            if (!EndpointText.TryUdp(text, out string rest, out var problem)
                || !EndpointText.TryEndpoint(rest, out var endpoint, out problem))
            {
                findings.Error(place, problem);
            }
            else if (peer.Endpoints.Contains(endpoint))
            {
                findings.Warn(place, $"{endpoint} stands twice, and is taken once", "remove one of them");
            }
            else if (peer.Endpoints.Count == ConfigLimits.Endpoints)
            {
                findings.Error(place, $"more than {ConfigLimits.Endpoints} endpoints", "remove some");
                return;
            }
            else
            {
                peer.Endpoints.Add(endpoint);
            }
        }
    }
}
