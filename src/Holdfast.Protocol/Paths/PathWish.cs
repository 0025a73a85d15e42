namespace Holdfast.Protocol.Paths;

/// <summary>What somebody wants of a path, whatever is measured; the first is preferred.</summary>
public enum PathWish
{
    /// <summary>It carries while it works.</summary>
    Pinned,

    /// <summary>As it is measured.</summary>
    None,

    /// <summary>It carries only where nothing else works.</summary>
    Drained,
}
