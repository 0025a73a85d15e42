namespace Holdfast.Protocol.Frames;

/// <summary>What two Holdfast ends may agree on within a session: one bit each, for ever. Unknown bits mean nothing.</summary>
[Flags]
public enum Capabilities : uint
{
    /// <summary>Nothing: the end is a plain WireGuard peer.</summary>
    None = 0,

    /// <summary>Data may be sealed with AES-256-GCM.</summary>
    Aes256Gcm = 1,

    /// <summary>The session may use several paths.</summary>
    Paths = 2,
}
