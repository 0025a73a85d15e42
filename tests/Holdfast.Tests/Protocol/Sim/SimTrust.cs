namespace Holdfast.Tests.Protocol.Sim;

/// <summary>What the simulation knows of a datagram that arrives.</summary>
internal enum SimTrust
{
    /// <summary>As it was sent, for the first time.</summary>
    Genuine,

    /// <summary>As it was sent, once more.</summary>
    Copy,

    /// <summary>Damaged on the way.</summary>
    Damaged,

    /// <summary>From a stranger.</summary>
    None,
}
