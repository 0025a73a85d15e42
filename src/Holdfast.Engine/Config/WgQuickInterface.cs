using System.Net;
using Holdfast.Crypto;

namespace Holdfast.Engine.Config;

/// <summary>Takes up the keys of <c>[Interface]</c>.</summary>
internal sealed class WgQuickInterface(ConfigFindings findings, RouteTableNames tables)
{
    private readonly List<InterfaceAddress> _addresses = [];
    private readonly HashSet<InterfaceAddress> _givenAddresses = [];
    private readonly List<IPAddress> _dnsServers = [];
    private readonly List<string> _dnsSearch = [];
    private readonly List<string> _preUp = [];
    private readonly List<string> _postUp = [];
    private readonly List<string> _preDown = [];
    private readonly List<string> _postDown = [];
    private Secret? _privateKey;
    private ushort? _listenPort;
    private uint? _mark;
    private int? _mtu;
    private TableChoice _table = TableChoice.Auto;
    private bool _saveConfig;

    public void Set(ConfigKey key, WgQuickLine line)
    {
        var problem = key.OfWg ? SetDevice(key, WgQuickLine.Squeeze(line.Value)) : SetQuick(key, line);
        if (problem != default) findings.Error(line.ValuePlace, problem);
    }

    public TunnelConfig Finish(string name, List<PeerDraft> peers) => new()
    {
        Name = name,
        PrivateKey = _privateKey,
        ListenPort = _listenPort,
        FwMark = _mark,
        Addresses = [.. _addresses],
        DnsServers = [.. _dnsServers],
        DnsSearch = [.. _dnsSearch],
        Mtu = _mtu,
        Table = _table,
        PreUp = [.. _preUp],
        PostUp = [.. _postUp],
        PreDown = [.. _preDown],
        PostDown = [.. _postDown],
        SaveConfig = _saveConfig,
        Peers = [.. peers.Select(p => p.Finish())],
    };

    private Problem SetDevice(ConfigKey key, string value)
    {
        Problem problem = default;
        switch (key.Name)
        {
            case "PrivateKey":
                ValueText.TrySecret(value, out _privateKey, out problem);
                break;
            case "ListenPort":
                if (EndpointText.TryPort(value, out ushort port))
                    _listenPort = port == 0 ? null : port;
                else
                    problem = new($"{ConfigFindings.Quote(value)} is not a port", "write a number from 0 to 65535");
                break;
            case "FwMark":
                ValueText.TryMark(value, out _mark, out problem);
                break;
            default:
                throw new InvalidOperationException($"No reader for {key.Name}.");
        }
        return problem;
    }

    private Problem SetQuick(ConfigKey key, WgQuickLine line)
    {
        string value = line.Value.ToString();
        Problem problem = default;
        switch (key.Name)
        {
            case "Address":
                AddAddresses(line);
                break;
            case "DNS":
                AddDns(line);
                break;
            case "MTU":
                _mtu = value.Length > 0 && ValueText.TryMtu(value, out int mtu, out problem) ? mtu : null;
                break;
            case "Table":
                _table = TableChoice.Auto;
                if (value.Length > 0) ValueText.TryTable(value, tables, out _table, out problem);
                break;
            case "PreUp" or "PostUp" or "PreDown" or "PostDown":
                problem = AddCommand(CommandsOf(key), value);
                break;
            case "SaveConfig":
                _saveConfig = value.Equals("true", StringComparison.OrdinalIgnoreCase);
                if (!_saveConfig && !value.Equals("false", StringComparison.OrdinalIgnoreCase))
                    problem = new($"{ConfigFindings.Quote(value)} is neither true nor false", "write true or false");
                break;
            default:
                throw new InvalidOperationException($"No reader for {key.Name}.");
        }
        return problem;
    }

    private void AddAddresses(WgQuickLine line)
    {
        foreach (var (text, place) in line.Items(bySpace: true))
        {
            if (!AddressText.TryInterfaceAddress(text, out var address, out var problem))
                findings.Error(place, problem);
            else if (_givenAddresses.Add(address))
                _addresses.Add(address);
            else
                findings.Warn(place, $"{address} stands twice", "remove one of them");
        }
    }

    // wg-quick's rule: digits and dots, or anything with a colon, is a server; the rest is a search domain.
    private void AddDns(WgQuickLine line)
    {
        foreach (var (text, place) in line.Items(bySpace: true))
        {
            bool server = text.Contains(':', StringComparison.Ordinal)
                || text.All(c => char.IsAsciiDigit(c) || c == '.');
            if (!server && DomainText.IsDomain(text))
                _dnsSearch.Add(text);
            else if (!server)
                findings.Error(place, $"{ConfigFindings.Quote(text)} is neither an IP address nor a domain",
                    "write servers' addresses and search domains");
            else if (AddressText.TryAddress(text, out var address))
                _dnsServers.Add(address);
            else
                findings.Error(place, $"{ConfigFindings.Quote(text)} is not an IP address",
                    "write the server's address");
        }
    }

    private List<string> CommandsOf(ConfigKey key) => key.Name switch
    {
        "PreUp" => _preUp,
        "PostUp" => _postUp,
        "PreDown" => _preDown,
        _ => _postDown,
    };

    private static Problem AddCommand(List<string> commands, string value)
    {
        if (value.Contains('\0', StringComparison.Ordinal))
            return new("a command with a zero byte", "remove the byte");
        if (value.Length > 0) commands.Add(value);
        return default;
    }
}
