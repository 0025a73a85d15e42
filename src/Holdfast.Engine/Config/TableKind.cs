namespace Holdfast.Engine.Config;

/// <summary>How the routing table of a tunnel is chosen.</summary>
public enum TableKind
{
    /// <summary>The main table, and one of its own for a default route.</summary>
    Auto,

    /// <summary>No routes are made.</summary>
    Off,

    /// <summary>The table is given by its number.</summary>
    Given,
}
