namespace Holdfast.Engine.Config;

/// <summary>Whether a key must, may or may not be written.</summary>
public enum ConfigPresence
{
    /// <summary>May be left out.</summary>
    Optional,

    /// <summary>Must be there.</summary>
    Required,

    /// <summary>Reserved for a later version, refused until then.</summary>
    Later,

    /// <summary>Refused for good, with a reason.</summary>
    Never,
}
