namespace Holdfast.Engine.Uplinks;

/// <summary>Whether an uplink can be used, and what is missing first.</summary>
public enum UplinkState
{
    /// <summary>It leads somewhere.</summary>
    Up,

    /// <summary>There is no such interface.</summary>
    Gone,

    /// <summary>The interface is switched off.</summary>
    Down,

    /// <summary>There is no wire behind it.</summary>
    NoCarrier,

    /// <summary>It has no address that others could answer to.</summary>
    NoAddress,

    /// <summary>It had a default route, and has none.</summary>
    NoGateway,

    /// <summary>It would lead somewhere, and has come and gone too often of late: others carry until it has stayed for a
    /// while.</summary>
    Flapping,
}
