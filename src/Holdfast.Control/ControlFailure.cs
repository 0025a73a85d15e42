namespace Holdfast.Control;

/// <summary>Ways in which an engine can't be asked.</summary>
public enum ControlFailure
{
    /// <summary>No engine runs under that name.</summary>
    NoSuchTunnel,

    /// <summary>There was one, but it does not answer: killed, stopped, or too busy.</summary>
    NotAnswering,

    /// <summary>The caller is neither root nor the engine's own user.</summary>
    NotPermitted,
}
