using System.Globalization;
using Holdfast.Control;

namespace Holdfast.Rendering;

/// <summary>Tunnels for people: what <c>wg show</c> tells, in its words, and what it does not know.</summary>
internal static class StatusText
{
    /// <summary>
    /// Tunnels in the given order, each with its peers; the one with the latest handshake comes first.
    /// </summary>
    /// <param name="tunnels">The tunnels.</param>
    /// <param name="now">From when "ago" counts.</param>
    /// <param name="style">What the place can show.</param>
    internal static string Of(IEnumerable<TunnelStatus> tunnels, DateTimeOffset now, RenderStyle style)
    {
        var text = new LabelledText(style);
        foreach (var tunnel in tunnels)
        {
            Write(tunnel, now, text);
            foreach (var peer in tunnel.Peers.OrderByDescending(p => p.LatestHandshake ?? DateTimeOffset.MinValue))
                Write(peer, now, text);
        }
        return text.ToString();
    }

    private static void Write(TunnelStatus tunnel, DateTimeOffset now, LabelledText text)
    {
        text.Heading("interface", tunnel.Name);
        text.Line("public key", tunnel.PublicKey ?? "(none)");
        text.Line("listening port", Number(tunnel.ListenPort));
        if (tunnel.FwMark != 0) text.Line("fwmark", $"0x{tunnel.FwMark:x}");
        text.Line("mtu", tunnel.Mtu is { } mtu ? Number(mtu) : "(unknown: the device is out of sight)");
        if (tunnel.File is { } file) text.Line("file", file);
        text.Line("running for", Words.Duration(now - tunnel.Since));
        text.Line("engine", [$"version {tunnel.Version}", $"process {Number(tunnel.Pid)}"]);
        if (tunnel.Ciphers.Count > 0) text.Line("ciphers", [.. tunnel.Ciphers.Select(c => $"{c.Key} by {c.Value}").Order()]);
        text.Line("packets",
            [$"{Number(tunnel.PacketsFromHost)} from the host", $"{Number(tunnel.PacketsToHost)} to the host"]);
        text.Line("drops", Drops(tunnel.Drops));
        if (tunnel.Peers.Count == 0) text.Line("peers", "(none)");
    }

    private static void Write(PeerStatus peer, DateTimeOffset now, LabelledText text)
    {
        text.Heading("peer", peer.Name ?? peer.PublicKey);
        if (peer.Name is not null) text.Line("public key", peer.PublicKey);
        if (peer.HasPresharedKey) text.Line("preshared key", "(hidden)");
        var (state, tint) = StateOf(peer);
        text.Line("state", state, tint);
        text.Line("endpoint", Endpoint(peer));
        foreach (var path in peer.Paths.OrderByDescending(p => p.Carries).ThenBy(p => p.State == "up" ? 0 : 1))
            text.Line("path", PathText.Of(path, now), PathText.TintOf(path));
        text.Line("allowed ips", peer.AllowedIps.Count == 0 ? ["(none)"] : peer.AllowedIps);
        text.Line("latest handshake", peer.LatestHandshake is { } then ? Words.Ago(then, now) : "(none)");
        if (peer.Cipher is { } cipher) text.Line("cipher", cipher);
        text.Line("transfer", [$"{Words.Bytes(peer.ReceivedBytes)} received", $"{Words.Bytes(peer.SentBytes)} sent"]);
        text.Line("packets", [$"{Number(peer.ReceivedPackets)} received", $"{Number(peer.SentPackets)} sent"]);
        if (peer.PersistentKeepalive > 0)
            text.Line("persistent keepalive", $"every {Words.Count(peer.PersistentKeepalive, "second")}");
        text.Line("drops", Drops(peer.Drops));
    }

    private static (string Text, Tint Tint) StateOf(PeerStatus peer) => peer switch
    {
        { UnansweredInitiations: > 0, HasSession: true } =>
            ($"up, but not answering ({Unanswered(peer)})", Tint.Waiting),
        { UnansweredInitiations: > 0 } =>
            ($"not answering ({Unanswered(peer)})", Tint.Bad),
        { HasSession: true } => ("up", Tint.Good),
        { LatestHandshake: not null } => ("idle (the next packet starts a session)", Tint.Waiting),
        { Endpoint: null, ConfiguredEndpoints.Count: 0 } =>
            ("no session yet (waiting for the peer to call)", Tint.Waiting),
        { Endpoint: null } => ("no session yet (looking up the endpoint)", Tint.Waiting),
        _ => ("no session yet", Tint.Waiting),
    };

    private static string Unanswered(PeerStatus peer) =>
        Words.Count(peer.UnansweredInitiations, "unanswered handshake");

    /// <summary>
    /// The address in use, the names in the configuration that it came from, and our own address towards it.
    /// </summary>
    private static List<string> Endpoint(PeerStatus peer)
    {
        var parts = new List<string> { peer.Endpoint ?? "(none)" };
        if (peer.ConfiguredEndpoints.Count > 0 && !(peer.ConfiguredEndpoints is [var only] && only == peer.Endpoint))
            parts.Add($"configured as {string.Join(" or ", peer.ConfiguredEndpoints)}");
        if (peer.LocalAddress is { } from) parts.Add($"reached from {from}");
        return parts;
    }

    private static string[] Drops(IReadOnlyDictionary<string, long> drops) =>
        [.. drops.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $"{Number(d.Value)} {d.Key}")];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
