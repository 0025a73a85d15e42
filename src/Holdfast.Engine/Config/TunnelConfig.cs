using System.Net;
using System.Net.Sockets;
using Holdfast.Crypto;

namespace Holdfast.Engine.Config;

/// <summary>One tunnel, as configured; wg-quick's files and YAML both become this.</summary>
public sealed record TunnelConfig
{
    private readonly HeldSecret _privateKey;

    /// <summary>The interface's name; see <see cref="InterfaceName"/>.</summary>
    public required string Name { get; init; }

    /// <summary>The tunnel's private key; null when a wg-quick file leaves it to a later <c>wg set</c>.</summary>
    public Secret? PrivateKey
    {
        get => _privateKey.Secret;
        init => _privateKey = new(value);
    }

    /// <summary>UDP port to listen on, 1 to 65535; null for any.</summary>
    public ushort? ListenPort { get; init; }

    /// <summary>Mark of the tunnel's own packets, 1 to 4294967295; null for none.</summary>
    public uint? FwMark { get; init; }

    /// <summary>Which cipher data may be sealed with; a wg-quick file always says auto.</summary>
    public CipherChoice Cipher { get; init; }

    /// <summary>Addresses of the interface, in the order in which they are added.</summary>
    public ValueList<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>Name servers to use while the tunnel is up.</summary>
    public ValueList<IPAddress> DnsServers { get; init; } = [];

    /// <summary>Search domains to use while the tunnel is up.</summary>
    public ValueList<string> DnsSearch { get; init; } = [];

    /// <summary>MTU of the interface in bytes, 68 to 65535; null to work it out from the way to the
    /// endpoints.</summary>
    public int? Mtu { get; init; }

    /// <summary>Where the routes go.</summary>
    public TableChoice Table { get; init; } = TableChoice.Auto;

    /// <summary>Commands before the interface is made, <c>%i</c> kept.</summary>
    public ValueList<string> PreUp { get; init; } = [];

    /// <summary>Commands after the tunnel is up, <c>%i</c> kept.</summary>
    public ValueList<string> PostUp { get; init; } = [];

    /// <summary>Commands before the tunnel goes down, <c>%i</c> kept.</summary>
    public ValueList<string> PreDown { get; init; } = [];

    /// <summary>Commands after the tunnel is gone, <c>%i</c> kept.</summary>
    public ValueList<string> PostDown { get; init; } = [];

    /// <summary>Whether <c>down</c> writes the tunnel's state back to its file.</summary>
    public bool SaveConfig { get; init; }

    /// <summary>The peers, in the order of the file.</summary>
    public ValueList<PeerConfig> Peers { get; init; } = [];

    /// <summary>Whether the file has commands of any kind.</summary>
    public bool HasHooks => PreUp.Count + PostUp.Count + PreDown.Count + PostDown.Count > 0;

    /// <summary>
    /// This tunnel without what another one is to have from it: the port, addresses and prefixes that stand at others in
    /// <paramref name="wanted"/>, and not here.
    /// </summary>
    public TunnelConfig Yielding(NodeConfig wanted)
    {
        var self = wanted.Tunnels.Single(t => t.Name == Name);
        var others = wanted.Tunnels.Where(t => t.Name != Name).ToArray();
        var addresses = others.SelectMany(t => t.Addresses).Except(self.Addresses).ToHashSet();
        var prefixes = others.SelectMany(PrefixesOf).Except(PrefixesOf(self)).ToHashSet();
        return this with
        {
            ListenPort = others.Any(t => t.ListenPort == ListenPort) ? null : ListenPort,
            Addresses = [.. Addresses.Where(a => !addresses.Contains(a))],
            Peers = [.. Peers.Select(p => p with { AllowedIps = [.. p.AllowedIps.Where(a => !prefixes.Contains(a))] })],
        };
    }

    /// <summary>This tunnel as a host without IPv6 can carry it.</summary>
    public TunnelConfig WithoutIpv6() => this with
    {
        Addresses = [.. Addresses.Where(a => a.Address.AddressFamily == AddressFamily.InterNetwork)],
        Peers =
        [
            .. Peers.Select(p => p with
            {
                AllowedIps = [.. p.AllowedIps.Where(a => a.BaseAddress.AddressFamily == AddressFamily.InterNetwork)],
            }),
        ],
    };

    private static IEnumerable<IPNetwork> PrefixesOf(TunnelConfig tunnel) => tunnel.Peers.SelectMany(p => p.AllowedIps);

    /// <summary>Zeroes the private key and every preshared key; nobody may use this configuration's keys
    /// afterwards.</summary>
    public void ForgetKeys()
    {
        PrivateKey?.Dispose();
        foreach (var peer in Peers) peer.PresharedKey?.Dispose();
    }
}
