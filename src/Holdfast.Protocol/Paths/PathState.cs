namespace Holdfast.Protocol.Paths;

/// <summary>Whether a path carries.</summary>
public enum PathState
{
    /// <summary>Nobody has answered on it yet: it gets probes and nothing else.</summary>
    Unproved,

    /// <summary>The other end has answered on it.</summary>
    Up,

    /// <summary>What was sent stays unanswered longer than usual; used only where there is nothing better.</summary>
    Doubted,

    /// <summary>It does not carry. It is probed from time to time.</summary>
    Down,
}
