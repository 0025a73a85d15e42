namespace Holdfast.Engine.Config;

/// <summary>Which cipher a tunnel's data may be sealed with.</summary>
public enum CipherChoice
{
    /// <summary>AES-256-GCM with peers that have it too, if this processor has instructions for it; else WireGuard's.</summary>
    Auto,

    /// <summary>WireGuard's alone: towards every peer this end is a plain WireGuard.</summary>
    WireGuard,
}
