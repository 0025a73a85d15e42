namespace Holdfast.Protocol;

/// <summary>The ECN field of an IP header (RFC 3168 section 5).</summary>
public enum Ecn : byte
{
    /// <summary>Not-ECT: its sender knows nothing of ECN, so that congestion is told by loss.</summary>
    NotCapable = 0,

    /// <summary>ECT(1).</summary>
    Capable1 = 1,

    /// <summary>ECT(0).</summary>
    Capable0 = 2,

    /// <summary>CE: a router on the way had a queue.</summary>
    CongestionExperienced = 3,
}
