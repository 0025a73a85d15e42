using System.Text.Json;
using Holdfast.Control;

namespace Holdfast.Rendering;

/// <summary>What is shown of tunnels.</summary>
/// <param name="Text">For people.</param>
/// <param name="Json">For programs; whether one tunnel was asked for by name.</param>
internal sealed record StatusView(
    Func<IReadOnlyList<TunnelStatus>, RenderStyle, string> Text, Func<IReadOnlyList<TunnelStatus>, bool, string> Json)
{
    /// <summary>All of it.</summary>
    internal static StatusView Tunnels { get; } = new(
        (tunnels, style) => StatusText.Of(tunnels, DateTimeOffset.UtcNow, style),
        (tunnels, isOne) => isOne
            ? JsonSerializer.Serialize(tunnels[0], ControlJson.Default.TunnelStatus)
            : JsonSerializer.Serialize(tunnels, ControlJson.Default.IReadOnlyListTunnelStatus));

    /// <summary>The paths to their peers.</summary>
    internal static StatusView Paths { get; } = new(
        (tunnels, style) => PathText.Of(PathsOf(tunnels), DateTimeOffset.UtcNow, style),
        (tunnels, _) => JsonSerializer.Serialize(PathsOf(tunnels), ControlJson.Default.IReadOnlyListListedPath));

    private static IReadOnlyList<ListedPath> PathsOf(IReadOnlyList<TunnelStatus> tunnels) =>
    [
        .. tunnels.SelectMany(tunnel => tunnel.Peers.SelectMany(peer => peer.Paths.OrderByDescending(p => p.Carries)
            .ThenBy(p => p.Id).Select(path => new ListedPath(tunnel.Name, peer.Name ?? peer.PublicKey, path)))),
    ];
}
