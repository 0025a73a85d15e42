using Holdfast.Engine.Config;
using Holdfast.Protocol.Paths;

namespace Holdfast.Engine.Uplinks;

/// <summary>The uplinks for which tunnels are to have sockets at a moment.</summary>
/// <param name="Uplinks">They; none while the host's routing alone decides.</param>
/// <param name="NoOthers">Whether they were listed, so that peers are reached by these alone.</param>
internal sealed record UsableUplinks(ValueList<LocalUplink> Uplinks, bool NoOthers)
{
    internal static UsableUplinks None { get; } = new([], NoOthers: false);
}
