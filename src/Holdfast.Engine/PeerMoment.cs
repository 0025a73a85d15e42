using System.Net;
using Holdfast.Control;
using Holdfast.Crypto;
using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine;

/// <summary>
/// A peer at one moment, copied on the engine's thread. Its texts are made by whoever reads them, so that the thread does not pay
/// for them.
/// </summary>
internal sealed class PeerMoment(Peer peer, string? name, IReadOnlyList<EndpointSpec> endpoints)
{
    private static readonly Dictionary<string, long> NoDrops = [];

    private readonly Peer _peer = peer; // what never changes is read from it later
    private readonly bool _hasPresharedKey = peer.PresharedKey is not null;
    private readonly Endpoint _endpoint = peer.Endpoint;
    private readonly LocalAddress _local = peer.LocalAddress;
    private readonly IPNetwork[] _allowedIps = [.. peer.AllowedIps];
    private readonly long _lastHandshake = peer.LastHandshakeUnixNanoseconds;
    private readonly long _handshakes = peer.Handshakes;
    private readonly int _unanswered = peer.UnansweredInitiations;
    private readonly bool _hasSession = peer.HasSession;
    private readonly Cipher? _cipher = peer.Cipher;
    private readonly long _receivedBytes = peer.ReceivedBytes;
    private readonly long _sentBytes = peer.SentBytes;
    private readonly long _receivedPackets = peer.ReceivedPackets;
    private readonly long _sentPackets = peer.SentPackets;
    private readonly int _keepalive = peer.PersistentKeepalive;
    private readonly Dictionary<string, long> _drops = peer.Drops is { } drops ? DropNames.Of(drops) : NoDrops;

    private readonly PathMoment[] _paths = [.. peer.Paths.Select(p => new PathMoment(peer, p, Clock.Read().Mono))];

    /// <summary>The same, as it is told to others.</summary>
    internal PeerStatus ToStatus() => new()
    {
        Name = name,
        PublicKey = _peer.PublicKey.ToString(),
        HasPresharedKey = _hasPresharedKey,
        Endpoint = _endpoint.IsKnown ? _endpoint.ToString() : null,
        ConfiguredEndpoints = [.. endpoints.Select(s => s.ToString())],
        LocalAddress = _local.Address == default
            ? null : (_endpoint with { Address = _local.Address, ScopeId = 0 }).ToIPEndPoint().Address.ToString(),
        AllowedIps = [.. _allowedIps.Select(p => p.ToString())],
        LatestHandshake = _lastHandshake == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(_lastHandshake / 100),
        Handshakes = _handshakes,
        UnansweredInitiations = _unanswered,
        HasSession = _hasSession,
        Cipher = _cipher is { } cipher ? NameOf(cipher) : null,
        ReceivedBytes = _receivedBytes,
        SentBytes = _sentBytes,
        ReceivedPackets = _receivedPackets,
        SentPackets = _sentPackets,
        PersistentKeepalive = _keepalive,
        Paths = [.. _paths.Select(p => p.ToStatus())],
        Drops = _drops,
    };

    /// <summary>A cipher's name in the contract.</summary>
    internal static string NameOf(Cipher cipher) => cipher == Crypto.Cipher.Aes256Gcm ? "aes-256-gcm" : "chacha20-poly1305";
}
