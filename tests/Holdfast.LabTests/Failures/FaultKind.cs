namespace Holdfast.LabTests.Failures;

/// <summary>What may happen to a site with two uplinks, and to its hub.</summary>
internal enum FaultKind
{
    /// <summary>A wire is pulled at the site.</summary>
    PullNear,

    /// <summary>A wire is pulled at the hub.</summary>
    PullFar,

    /// <summary>A wire is pulled at both ends.</summary>
    PullBoth,

    /// <summary>Nothing passes a wire, and nobody is told.</summary>
    Cut,

    /// <summary>Nothing passes a wire from the site to the hub.</summary>
    CutOut,

    /// <summary>Nothing passes a wire from the hub to the site.</summary>
    CutBack,

    /// <summary>A wire is pulled and plugged again at once.</summary>
    Replug,

    /// <summary>An uplink of the site gets another address.</summary>
    Move,

    /// <summary>The NAT of a wire forgets its mappings.</summary>
    Rebind,

    /// <summary>kill -9 for the hub's daemon, and a start.</summary>
    KillHub,

    /// <summary>kill -9 for the site's daemon, and a start.</summary>
    KillSite,

    /// <summary>SIGTERM for the hub's daemon, and a start.</summary>
    RestartHub,

    /// <summary>SIGTERM for the site's daemon, and a start.</summary>
    RestartSite,
}
