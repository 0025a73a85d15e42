using System.Net;
using Holdfast.Crypto;

namespace Holdfast.Engine.Config;

/// <summary>What peers of one tunnel may not share: public keys, and prefixes.</summary>
internal static class PeerClashes
{
    /// <summary>Reports a public key that stands at two peers.</summary>
    public static void CheckKeys(List<PeerDraft> peers, ConfigFindings findings)
    {
        var seen = new Dictionary<PublicKey, Place>();
        foreach (var peer in peers)
        {
            if (peer.PublicKey is not { } key || seen.TryAdd(key, peer.PublicKeyPlace)) continue;
            findings.Error(peer.PublicKeyPlace, $"the peer of line {seen[key].Line} has the same public key",
                "give each peer a key of its own, or join the two");
        }
    }

    /// <summary>Settles prefixes that stand more than once. At one peer the repetition is dropped. At two peers it is
    /// an error, or, with <paramref name="lastWins"/>, the last one keeps it, as the kernel's WireGuard
    /// does.</summary>
    public static void SettlePrefixes(List<PeerDraft> peers, bool lastWins, ConfigFindings findings)
    {
        var owners = new Dictionary<IPNetwork, (PeerDraft Peer, Place Place)>();
        var taken = new HashSet<(PeerDraft, Place)>();
        foreach (var peer in peers)
        {
            foreach (var (prefix, place) in peer.AllowedIps)
            {
                if (owners.TryGetValue(prefix, out var owner))
                {
                    if (owner.Peer == peer)
                    {
                        taken.Add((peer, place));
                        continue;
                    }
                    Report(prefix, owner.Place, place, lastWins, findings);
                    taken.Add((owner.Peer, owner.Place));
                }
                owners[prefix] = (peer, place);
            }
        }
        if (taken.Count == 0) return;
        foreach (var peer in peers) peer.AllowedIps.RemoveAll(a => taken.Contains((peer, a.Place)));
    }

    private static void Report(IPNetwork prefix, Place first, Place second, bool lastWins, ConfigFindings findings)
    {
        if (lastWins)
        {
            findings.Warn(second, $"{prefix} stands at two peers, here and in line {first.Line}; this one gets it",
                $"remove it from line {first.Line}");
        }
        else
        {
            findings.Error(second, $"{prefix} stands at two peers, here and in line {first.Line}",
                "remove one of them");
        }
    }
}
