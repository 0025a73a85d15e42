namespace Holdfast.Protocol.Paths;

/// <summary>How several paths to one peer are used.</summary>
public enum PathMode
{
    /// <summary>The best path that works carries all; the others stand by.</summary>
    Failover,

    /// <summary>One path, as with plain WireGuard: the peer is where it was last heard.</summary>
    Single,

    /// <summary>Each packet goes by the path on which it arrives first; the receiver puts them in order.</summary>
    Bond,

    /// <summary>Copies go over the best two paths, and the first to arrive counts.</summary>
    Redundant,
}
