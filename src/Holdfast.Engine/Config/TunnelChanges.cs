using Holdfast.Engine.DataPlane;

namespace Holdfast.Engine.Config;

/// <summary>What a configuration, or the difference of two, means for a running tunnel.</summary>
public static class TunnelChanges
{
    /// <summary>Everything: for a tunnel that starts.</summary>
    public static DeviceChange ToStart(TunnelConfig config) => new()
    {
        SetsPrivateKey = true,
        PrivateKey = config.PrivateKey?.Copy(),
        Cipher = config.Cipher,
        ReplacesPeers = true,
        Peers = [.. config.Peers.Select(p => Whole(p))],
    };

    /// <summary>What has to change so that a tunnel that runs the one configuration runs the other.</summary>
    public static DeviceChange ToReload(TunnelConfig running, TunnelConfig wanted)
    {
        var diff = TunnelConfigDiff.Between(running, wanted);
        return new DeviceChange
        {
            SetsPrivateKey = diff.PrivateKeyChanged,
            PrivateKey = diff.PrivateKeyChanged ? wanted.PrivateKey?.Copy() : null,
            ListenPort = diff.ListenPortChanged ? wanted.ListenPort ?? 0 : null,
            Cipher = diff.CipherChanged ? wanted.Cipher : null,
            FwMark = null, // follows the network's mark
            Peers =
            [
                .. diff.PeersRemoved.Select(p => new PeerDelta { PublicKey = p.PublicKey, Removes = true }),
                .. diff.PeersAdded.Select(p => Whole(p)),
                .. diff.PeersChanged.Select(Changed),
            ],
        };
    }

    private static PeerDelta Whole(PeerConfig peer) => new()
    {
        PublicKey = peer.PublicKey,
        Name = peer.Name ?? "",
        SetsPresharedKey = true,
        PresharedKey = peer.PresharedKey?.Copy(),
        Endpoints = [.. peer.Endpoints],
        PersistentKeepalive = peer.PersistentKeepalive ?? 0,
        Paths = peer.Paths,
        ReplacesAllowedIps = true,
        AllowedIps = [.. peer.AllowedIps.Select(p => new AllowedIpDelta(p))],
    };

    private static PeerDelta Changed(PeerChange change)
    {
        var whole = Whole(change.After);
        return whole with
        {
            Endpoints = change.EndpointsChanged ? whole.Endpoints : null,
            ReplacesAllowedIps = change.AllowedIpsChanged,
            AllowedIps = change.AllowedIpsChanged ? whole.AllowedIps : [],
        };
    }
}
