using System.Globalization;
using Holdfast.Control;

namespace Holdfast.Rendering;

/// <summary>Events for people: a line each, whose columns stand below each other without knowing what comes.</summary>
internal static class EventText
{
    private const int TunnelWidth = 6;
    private const int PartWidth = 8;

    /// <summary>Time, tunnel, part and text; trouble says so in a word.</summary>
    internal static string Of(EngineEvent one, RenderStyle style)
    {
        var time = one.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var trouble = one.Level is "warning" or "error" ? $"{one.Level}: " : "";
        var line = $"{time}  {(one.Tunnel ?? "-").PadRight(TunnelWidth)}  {one.Part.PadRight(PartWidth)}  {trouble}{one.Text}";
        return LabelledText.Paint(LabelledText.Clean(line), TintOf(one), style);
    }

    private static Tint TintOf(EngineEvent one) => one switch
    {
        { Level: "error" } => Tint.Bad,
        { Level: "warning" } => Tint.Waiting,
        { To: "up" } => Tint.Good,
        { Part: "uplink", To: not null } or { To: "down" } => Tint.Bad,
        _ => Tint.None,
    };
}
