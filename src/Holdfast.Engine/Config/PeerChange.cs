namespace Holdfast.Engine.Config;

/// <summary>A peer that stays, with another configuration.</summary>
/// <param name="Before">As it runs.</param>
/// <param name="After">As it is wanted; the public key is the same.</param>
public sealed record PeerChange(PeerConfig Before, PeerConfig After)
{
    /// <summary>Whether the endpoints as configured differ; a roamed peer keeps its address otherwise.</summary>
    public bool EndpointsChanged => !Before.Endpoints.Equals(After.Endpoints);

    /// <summary>Whether the prefixes differ.</summary>
    public bool AllowedIpsChanged => !Before.AllowedIps.ToHashSet().SetEquals(After.AllowedIps);
}
