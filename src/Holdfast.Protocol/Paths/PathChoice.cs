namespace Holdfast.Protocol.Paths;

/// <summary>What decides that a path that works carries, or that another does.</summary>
public enum PathChoice
{
    /// <summary>It does not work.</summary>
    None,

    /// <summary>No other works.</summary>
    Alone,

    /// <summary>What somebody wants of one of them.</summary>
    Wish,

    /// <summary>Who stands by came back just now, and is held down for a while.</summary>
    HeldDown,

    /// <summary>Who stands by is metered or a backup, and who carries is not, or less so.</summary>
    Rank,

    /// <summary>Who stands by shares an uplink or an address with one that fell silent.</summary>
    Suspect,

    /// <summary>It is not known yet how long who stands by takes.</summary>
    Unmeasured,

    /// <summary>Who stands by loses too much for what it would add.</summary>
    Rests,

    /// <summary>Who carries has the greater weight.</summary>
    Weight,

    /// <summary>Who carries has the shorter round trip.</summary>
    RoundTrip,

    /// <summary>Who stands by is not clearly better.</summary>
    Kept,

    /// <summary>Of several that carry at once, each is the quickest by its uplink or to its address.</summary>
    Ends,
}
