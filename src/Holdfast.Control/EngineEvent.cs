using System.Text.Json.Serialization;

namespace Holdfast.Control;

/// <summary>Something that happened to an engine: a line of its event log. Fields are only ever added.</summary>
public sealed record EngineEvent
{
    /// <summary>When, UTC, by a clock that may be set.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>When, in milliseconds of the machine's clock that only goes forward (CLOCK_BOOTTIME).</summary>
    [JsonPropertyName("monotonic_ms")]
    public double MonotonicMilliseconds { get; init; }

    /// <summary>Which engine tells, as in <see cref="EventPage.Engine"/>.</summary>
    public string Engine { get; init; } = "";

    /// <summary>Its number, counted by the engine from 1.</summary>
    public long Sequence { get; init; }

    /// <summary>debug, info, warning or error.</summary>
    public required string Level { get; init; }

    /// <summary>What it is about: tunnel, session, endpoint, path, uplink, network, configuration, state, control or log.</summary>
    public required string Part { get; init; }

    /// <summary>What kind of event it is, in words joined by dashes: path-changed.</summary>
    public required string Event { get; init; }

    /// <summary>The tunnel's interface; null for what concerns all tunnels of the engine.</summary>
    public string? Tunnel { get; init; }

    /// <summary>The peer's name, or its public key if it has none; null for none.</summary>
    public string? Peer { get; init; }

    /// <summary>The peer's public key.</summary>
    public string? PublicKey { get; init; }

    /// <summary>The uplink, or the address by which a path leaves.</summary>
    public string? Uplink { get; init; }

    /// <summary>Address and port at the far end.</summary>
    public string? Endpoint { get; init; }

    /// <summary>What was before; null where nothing was, or nothing changed.</summary>
    public string? From { get; init; }

    /// <summary>What is.</summary>
    public string? To { get; init; }

    /// <summary>Why, in a few words for people.</summary>
    public string? Cause { get; init; }

    /// <summary>All of it, in a sentence for people.</summary>
    public required string Text { get; init; }
}
