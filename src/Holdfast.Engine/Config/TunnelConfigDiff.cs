using Holdfast.Crypto;

namespace Holdfast.Engine.Config;

/// <summary>What a reload of a tunnel's configuration changes.</summary>
public sealed record TunnelConfigDiff
{
    /// <summary>Peers that come.</summary>
    public ValueList<PeerConfig> PeersAdded { get; init; } = [];

    /// <summary>Peers that go.</summary>
    public ValueList<PeerConfig> PeersRemoved { get; init; } = [];

    /// <summary>Peers that stay and change.</summary>
    public ValueList<PeerChange> PeersChanged { get; init; } = [];

    /// <summary>Whether the private key differs: every session starts afresh.</summary>
    public bool PrivateKeyChanged { get; init; }

    /// <summary>Whether the listening port differs.</summary>
    public bool ListenPortChanged { get; init; }

    /// <summary>Whether the mark differs.</summary>
    public bool FwMarkChanged { get; init; }

    /// <summary>Whether the choice of cipher differs: it counts from each peer's next handshake.</summary>
    public bool CipherChanged { get; init; }

    /// <summary>Whether the interface's addresses differ, or their order.</summary>
    public bool AddressesChanged { get; init; }

    /// <summary>Whether the MTU differs.</summary>
    public bool MtuChanged { get; init; }

    /// <summary>Whether the routes go to another table.</summary>
    public bool TableChanged { get; init; }

    /// <summary>Whether name servers or search domains differ.</summary>
    public bool DnsChanged { get; init; }

    /// <summary>Whether commands or SaveConfig differ; they are read when the tunnel goes up or down.</summary>
    public bool CommandsChanged { get; init; }

    /// <summary>Why the tunnel has to go down and up for this; empty when it can be applied as it runs.</summary>
    public ValueList<string> NeedsRestart { get; init; } = [];

    /// <summary>Whether everything can be applied while the tunnel runs.</summary>
    public bool CanApplyLive => NeedsRestart.Count == 0;

    /// <summary>Whether the two are the same.</summary>
    public bool IsEmpty => Equals(new TunnelConfigDiff());

    /// <summary>Compares two configurations. The order of peers, and of a peer's prefixes, does not count.</summary>
    public static TunnelConfigDiff Between(TunnelConfig running, TunnelConfig wanted)
    {
        var before = running.Peers.ToDictionary(p => p.PublicKey);
        var after = wanted.Peers.ToDictionary(p => p.PublicKey);
        bool dns = !running.DnsServers.Equals(wanted.DnsServers) || !running.DnsSearch.Equals(wanted.DnsSearch);
        return new()
        {
            PeersAdded = [.. wanted.Peers.Where(p => !before.ContainsKey(p.PublicKey))],
            PeersRemoved = [.. running.Peers.Where(p => !after.ContainsKey(p.PublicKey))],
            PeersChanged = [.. Changes(running.Peers, after)],
            PrivateKeyChanged = !new HeldSecret(running.PrivateKey).Equals(new HeldSecret(wanted.PrivateKey)),
            ListenPortChanged = running.ListenPort != wanted.ListenPort,
            FwMarkChanged = running.FwMark != wanted.FwMark,
            CipherChanged = running.Cipher != wanted.Cipher,
            AddressesChanged = !running.Addresses.Equals(wanted.Addresses),
            MtuChanged = running.Mtu != wanted.Mtu,
            TableChanged = running.Table != wanted.Table,
            DnsChanged = dns,
            CommandsChanged = running.SaveConfig != wanted.SaveConfig
                || !Commands(running).SequenceEqual(Commands(wanted)),
            NeedsRestart = [.. Restarts(running, wanted, dns)],
        };
    }

    private static IEnumerable<PeerChange> Changes(
        ValueList<PeerConfig> running, Dictionary<PublicKey, PeerConfig> wanted)
    {
        foreach (var peer in running)
        {
            if (!wanted.TryGetValue(peer.PublicKey, out var other)) continue;
            var change = new PeerChange(peer, other);
            if (change.AllowedIpsChanged || peer != (other with { AllowedIps = peer.AllowedIps })) yield return change;
        }
    }

    private static IEnumerable<ValueList<string>> Commands(TunnelConfig config)
        => [config.PreUp, config.PostUp, config.PreDown, config.PostDown];

    private static IEnumerable<string> Restarts(TunnelConfig running, TunnelConfig wanted, bool dns)
    {
        if (running.Name != wanted.Name)
            yield return $"the interface is called {wanted.Name} instead of {running.Name}";
        // The resolver is told by the client of `up` and `down`, as its caller.
        if (dns) yield return "name servers are set when the tunnel goes up";
    }
}
