namespace Holdfast.Labs;

/// <summary>Why a packet that entered a wire did not leave it.</summary>
public enum DropCause
{
    /// <summary>It was not dropped.</summary>
    None,

    /// <summary>The dice of <see cref="Faults.Loss"/>.</summary>
    Lost,

    /// <summary>The direction is cut, silently.</summary>
    Cut,

    /// <summary>An end has no carrier.</summary>
    Unplugged,

    /// <summary>The buffer in front of a limited rate is full.</summary>
    BufferFull,

    /// <summary>The packet is bigger than the MTU inside the wire.</summary>
    TooBig,

    /// <summary>A filter inside the wire (<see cref="Faults.Blocks"/>).</summary>
    Blocked,

    /// <summary>NAT: nothing inside asked for it, or its mapping expired.</summary>
    NoMapping,

    /// <summary>NAT: a protocol or a fragment that it can't translate.</summary>
    Untranslatable,

    /// <summary>More is in flight than the relay holds (<see cref="Lane.MostInFlight"/>).</summary>
    Overflow,

    /// <summary>The receiving interface is down or gone.</summary>
    EndDown,
}
