using System.Text.Json.Serialization;

namespace Holdfast.Control;

/// <summary>
/// The contract's form as JSON: keys in snake_case, in the words of the YAML file where it has one; times in UTC by
/// ISO 8601; a key is there even if its value is null.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlReply))]
[JsonSerializable(typeof(TunnelStatus))]
[JsonSerializable(typeof(IReadOnlyList<TunnelStatus>))]
[JsonSerializable(typeof(IReadOnlyList<ListedPath>))]
[JsonSerializable(typeof(IReadOnlyList<UplinkStatus>))]
[JsonSerializable(typeof(EngineEvent))]
public sealed partial class ControlJson : JsonSerializerContext;
