using System.Text.Json.Serialization;

namespace Holdfast.Control;

/// <summary>A peer as the engine sees it at one moment. Fields are only ever added.</summary>
public sealed record PeerStatus
{
    /// <summary>What the configuration calls it; null without a name.</summary>
    public string? Name { get; init; }

    /// <summary>Its public key, base64.</summary>
    public required string PublicKey { get; init; }

    /// <summary>Whether a preshared key is mixed into handshakes with it.</summary>
    public bool HasPresharedKey { get; init; }

    /// <summary>Address and port that datagrams to it go to; null while unknown.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The endpoints as the configuration has them, names included.</summary>
    [JsonPropertyName("endpoints")]
    public IReadOnlyList<string> ConfiguredEndpoints { get; init; } = [];

    /// <summary>Our own address towards it, once it answered there; null while the kernel chooses.</summary>
    public string? LocalAddress { get; init; }

    /// <summary>Prefixes that are sent to it and accepted from it.</summary>
    public IReadOnlyList<string> AllowedIps { get; init; } = [];

    /// <summary>When the last handshake was completed, UTC; null if there was none.</summary>
    public DateTimeOffset? LatestHandshake { get; init; }

    /// <summary>Handshakes completed.</summary>
    public long Handshakes { get; init; }

    /// <summary>Initiations in a row that stayed unanswered.</summary>
    public int UnansweredInitiations { get; init; }

    /// <summary>Whether there is a session to send with.</summary>
    public bool HasSession { get; init; }

    /// <summary>What data to it is sealed with: chacha20-poly1305, or aes-256-gcm as agreed with another Holdfast; null without
    /// a session.</summary>
    public string? Cipher { get; init; }

    /// <summary>Bytes of datagrams received from it.</summary>
    public long ReceivedBytes { get; init; }

    /// <summary>Bytes of datagrams sent to it.</summary>
    public long SentBytes { get; init; }

    /// <summary>Datagrams received from it.</summary>
    public long ReceivedPackets { get; init; }

    /// <summary>Datagrams sent to it.</summary>
    public long SentPackets { get; init; }

    /// <summary>Seconds between persistent keepalives; 0 is off.</summary>
    [JsonPropertyName("keepalive")]
    public int PersistentKeepalive { get; init; }

    /// <summary>The ways by which data may go to it; none while there is only its endpoint.</summary>
    public IReadOnlyList<PathStatus> Paths { get; init; } = [];

    /// <summary>What was dropped on the way to or from it, by name; only reasons that occurred.</summary>
    public IReadOnlyDictionary<string, long> Drops { get; init; } = new Dictionary<string, long>();
}
