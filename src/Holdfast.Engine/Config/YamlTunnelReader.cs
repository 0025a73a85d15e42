using System.Net;

namespace Holdfast.Engine.Config;

/// <summary>Maps one tunnel of a node's file.</summary>
internal sealed class YamlTunnelReader(
    ConfigFindings findings, YamlGroup group, KeyFiles keyFiles, RouteTableNames tables)
{
    private readonly YamlPeerReader _peers = new(findings, group, keyFiles);

    /// <summary>The tunnel, or null when not even its name can be read; other errors are in the findings.</summary>
    public TunnelConfig? Read(YamlNode node)
    {
        if (group.Open(node, YamlKeys.Tunnel) is not { } keys) return null;
        var tunnel = new TunnelConfig { Name = "" };
        foreach (var (key, value) in keys)
            tunnel = key == "peers" ? tunnel with { Peers = ReadPeers(value) } : Set(tunnel, key, value);
        CheckPrivateKey(node, keys);
        return tunnel.Name.Length > 0 ? tunnel : null;
    }

    private TunnelConfig Set(TunnelConfig tunnel, string key, YamlNode value) => key switch
    {
        "addresses" => tunnel with { Addresses = ReadAddresses(value) },
        "listen" => tunnel with { ListenPort = ReadListen(value) },
        "dns" => tunnel with { DnsServers = ReadServers(value) },
        "dns_search"
            => tunnel with { DnsSearch = [.. group.Words(value, key).Select(w => CheckDomain(w.Text, w.Place))] },
        _ => group.Scalar(value, key) is { } text ? SetScalar(tunnel, key, text, value.Place) : tunnel,
    };

    private TunnelConfig SetScalar(TunnelConfig tunnel, string key, string text, Place place)
    {
        Problem problem = default;
        switch (key)
        {
            case "name":
                if (InterfaceName.IsValid(text)) tunnel = tunnel with { Name = text };
                else problem = new($"{ConfigFindings.Quote(text)} can't name an interface", InterfaceName.Rule);
                break;
            case "kind":
                problem = CheckWord(text, "wireguard", ["vtun", "openvpn", "pppd"], "kind");
                break;
            case "device":
                problem = CheckWord(text, "tun", ["tap"], "device");
                break;
            case "private_key":
                if (ValueText.TrySecret(text, out var secret, out problem))
                    tunnel = tunnel with { PrivateKey = secret };
                if (problem == default && secret is null) problem = ValueText.ZeroKey;
                break;
            case "private_key_file":
                tunnel = tunnel with { PrivateKey = keyFiles.Read(text, place, zerosAreNone: false) };
                break;
            case "fwmark":
                if (ValueText.TryMark(text, out uint? mark, out problem)) tunnel = tunnel with { FwMark = mark };
                break;
            case "cipher":
                if (TryCipher(text, out var cipher, out problem)) tunnel = tunnel with { Cipher = cipher };
                break;
            case "mtu":
                if (ValueText.TryMtu(text, out int mtu, out problem)) tunnel = tunnel with { Mtu = mtu };
                break;
            case "table":
                if (ValueText.TryTable(text, tables, out var table, out problem))
                    tunnel = tunnel with { Table = table };
                break;
            default:
                throw new InvalidOperationException($"No reader for {key}.");
        }
        if (problem != default) findings.Error(place, problem);
        return tunnel;
    }

    private void CheckPrivateKey(YamlNode node, Dictionary<string, YamlNode> keys)
    {
        bool inline = keys.ContainsKey("private_key");
        if (inline && keys.TryGetValue("private_key_file", out var file))
            findings.Error(file.Place, "private_key and private_key_file both stand here", "remove one of them");
        else if (!inline && !keys.ContainsKey("private_key_file"))
            findings.Error(node.Place, "a tunnel without a private key", "add private_key_file: PATH");
    }

    private static Problem CheckWord(string text, string taken, string[] later, string key)
    {
        if (text == taken) return default;
        return later.Contains(text)
            ? new($"{key} {text} is not supported by this version", $"write {key}: {taken}")
            : new($"unknown {key} {ConfigFindings.Quote(text)}", $"write {key}: {taken}");
    }

    private static bool TryCipher(string text, out CipherChoice cipher, out Problem problem)
    {
        cipher = text == "wireguard" ? CipherChoice.WireGuard : CipherChoice.Auto;
        problem = text is "auto" or "wireguard" ? default : new($"unknown cipher {ConfigFindings.Quote(text)}",
            NearestWord.Of(text, ["auto", "wireguard"]) is { } near
                ? $"did you mean {near}?" : "write cipher: auto or cipher: wireguard");
        return problem == default;
    }

    private ValueList<InterfaceAddress> ReadAddresses(YamlNode value)
    {
        var addresses = new List<InterfaceAddress>();
        foreach (var (text, place) in group.Words(value, "addresses"))
        {
            if (!AddressText.TryInterfaceAddress(text, out var address, out var problem))
                findings.Error(place, problem);
            else if (addresses.Contains(address))
                findings.Error(place, $"{address} stands twice", "remove one of them");
            else
                addresses.Add(address);
        }
        return [.. addresses];
    }

    private ushort? ReadListen(YamlNode value)
    {
        ushort? port = null;
        int count = 0;
        foreach (var (text, place) in group.Words(value, "listen"))
        {
            if (!EndpointText.TryUdp(text, out string rest, out var problem))
                findings.Error(place, problem);
            else if (++count > 1)
                findings.Error(place, "this version listens at one port", "keep one entry of listen");
            else if (!rest.StartsWith(':'))
                findings.Error(place, "listening at one address is not supported by this version",
                    "write udp://:PORT");
            else if (EndpointText.TryPort(rest.AsSpan(1), out ushort given))
                port = given == 0 ? null : given;
            else
                findings.Error(place, $"{ConfigFindings.Quote(text)} is no place to listen at", "write udp://:PORT");
        }
        return port;
    }

    private ValueList<IPAddress> ReadServers(YamlNode value)
    {
        var servers = new List<IPAddress>();
        foreach (var (text, place) in group.Words(value, "dns"))
        {
            if (AddressText.TryAddress(text, out var address))
                servers.Add(address);
            else
                findings.Error(place, $"{ConfigFindings.Quote(text)} is not an IP address",
                    "search domains go to dns_search");
        }
        return [.. servers];
    }

    private string CheckDomain(string text, Place place)
    {
        if (!DomainText.IsDomain(text)) findings.Error(place, $"{ConfigFindings.Quote(text)} is not a domain", "servers go to dns");
        return text;
    }

    private ValueList<PeerConfig> ReadPeers(YamlNode value)
    {
        var peers = new List<PeerDraft>();
        foreach (var item in group.List(value, "peers"))
        {
            if (findings.Full) return [];
            if (_peers.Read(item) is { } peer) peers.Add(peer);
        }
        PeerClashes.CheckKeys(peers, findings);
        PeerClashes.SettlePrefixes(peers, lastWins: false, findings);
        CheckNames(peers);
        return [.. peers.Select(p => p.Finish())];
    }

    private void CheckNames(List<PeerDraft> peers)
    {
        var seen = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (var peer in peers)
        {
            if (peer.Name is { } name && !seen.TryAdd(name, peer.Place))
                findings.Error(peer.Place, $"the peer of line {seen[name].Line} is called {name} too",
                    "give each peer a name of its own");
        }
    }
}
