using System.Text.Json;
using Holdfast.Control;

namespace Holdfast.Rendering;

/// <summary>Which events are shown, and how.</summary>
/// <param name="From">Nothing before this.</param>
/// <param name="Peer">Only what is about the peer of this name or public key; null for everything.</param>
/// <param name="IsJson">For programs.</param>
/// <param name="Style">For people: what the place can show.</param>
internal sealed record EventView(DateTimeOffset From, string? Peer, bool IsJson, RenderStyle Style)
{
    /// <summary>Whether an event is shown.</summary>
    internal bool Shows(EngineEvent one) =>
        one.Time >= From && (Peer is null || one.Peer == Peer || one.PublicKey == Peer);

    /// <summary>The event's line.</summary>
    internal string LineOf(EngineEvent one) =>
        IsJson ? JsonSerializer.Serialize(one, ControlJson.Default.EngineEvent) : EventText.Of(one, Style);
}
