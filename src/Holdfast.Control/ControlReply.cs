using System.Text.Json.Serialization;

namespace Holdfast.Control;

/// <summary>An engine's answer: one line of JSON. Unknown keys are ignored.</summary>
public sealed record ControlReply
{
    /// <summary>Whether it was done.</summary>
    public bool Ok { get; init; }

    /// <summary>Why not, in a sentence for people.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>Why not, for programs: one of <see cref="ControlCodes"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>The tunnel, where it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TunnelStatus? Status { get; init; }

    /// <summary>The uplinks, where they were asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UplinkStatus>? Uplinks { get; init; }

    /// <summary>What has happened, where it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EventPage? Log { get; init; }

    /// <summary>A refusal.</summary>
    public static ControlReply Refused(string code, string error) => new() { Code = code, Error = error };
}
