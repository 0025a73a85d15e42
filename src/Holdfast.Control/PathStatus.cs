using System.Text.Json.Serialization;

namespace Holdfast.Control;

/// <summary>A path to a peer as the engine sees it at one moment. Fields are only ever added.</summary>
public sealed record PathStatus
{
    /// <summary>The number under which data goes by it, 0 to 15.</summary>
    public int Id { get; init; }

    /// <summary>The interface that it leaves by; null where the host's routing decides.</summary>
    public string? Uplink { get; init; }

    /// <summary>Our own address at its near end; null while the kernel chooses.</summary>
    public string? LocalAddress { get; init; }

    /// <summary>Address and port at its far end.</summary>
    public required string Endpoint { get; init; }

    /// <summary>unproved, up, doubted or down.</summary>
    public required string State { get; init; }

    /// <summary>Why, in a few words for people.</summary>
    public required string Cause { get; init; }

    /// <summary>Why it carries, or another does, in a few words for people; null if it does not work.</summary>
    public string? Choice { get; init; }

    /// <summary>Since when it is in its state, UTC.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Whether data goes by it.</summary>
    public bool Carries { get; init; }

    /// <summary>The smoothed round trip time; null before the first answer.</summary>
    [JsonPropertyName("round_trip_ms")]
    public double? RoundTripMilliseconds { get; init; }

    /// <summary>Its mean deviation; null before the first answer.</summary>
    [JsonPropertyName("jitter_ms")]
    public double? JitterMilliseconds { get; init; }

    /// <summary>What it delivers when it is busy, in bits a second; null before that was measured.</summary>
    [JsonPropertyName("rate_bits_per_second")]
    public double? Rate { get; init; }

    /// <summary>Datagrams sent by it.</summary>
    public long SentPackets { get; init; }

    /// <summary>Bytes of these.</summary>
    public long SentBytes { get; init; }

    /// <summary>Its part of the bytes that went to the peer in the last 5 to 10 s, 0 to 1, probes and acknowledgements included; null while there is no data.</summary>
    public double? Share { get; init; }

    /// <summary>Datagrams that were sent once more by another path when this one failed.</summary>
    public long SentAgain { get; init; }

    /// <summary>Datagrams that the peer did not get, of <see cref="LostOf"/>.</summary>
    public long Lost { get; init; }

    /// <summary>Datagrams sent by it when the peer last told what it got.</summary>
    public long LostOf { get; init; }

    /// <summary>Datagrams that the peer sent by the same way and that did not come, of <see cref="LostFromOf"/>.</summary>
    public long LostFrom { get; init; }

    /// <summary>Datagrams that the peer had sent by it when it last told.</summary>
    public long LostFromOf { get; init; }

    /// <summary>Used only when nothing else works.</summary>
    [JsonPropertyName("backup")]
    public bool IsBackup { get; init; }

    /// <summary>Probed slowly and used last.</summary>
    [JsonPropertyName("metered")]
    public bool IsMetered { get; init; }

    /// <summary>It lost too much for what it adds to others, and rests for a while.</summary>
    public bool Rests { get; init; }

    /// <summary>pinned: carries while it works; drained: only where nothing else works; null: as it is measured.</summary>
    public string? Wish { get; init; }
}
