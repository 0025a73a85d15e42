using System.Text.Json.Serialization;

namespace Holdfast.Control;

/// <summary>A question to an engine: one line of JSON on its control socket. Unknown keys are ignored.</summary>
public sealed record ControlRequest
{
    /// <summary>What is wanted, one of <see cref="ControlVerbs"/>.</summary>
    public required string Verb { get; init; }

    /// <summary>About paths: whose they are, by the peer's name or public key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Peer { get; init; }

    /// <summary>About paths: which, by number or uplink.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init; }

    /// <summary>About paths: pin, drain or release.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Wish { get; init; }

    /// <summary>About what has happened: the engine whose events are known, from its <see cref="EventPage"/>. Another one tells all
    /// that it has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Engine { get; init; }

    /// <summary>About what has happened: the last event that is known; 0 for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long After { get; init; }

    /// <summary>About what has happened: whether to wait for something if there is nothing; for some seconds at most.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Wait { get; init; }
}
