using Holdfast.Protocol;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>A wire between both ends, with an interface at each.</summary>
internal sealed class PathLink
{
    /// <summary>The interface's index, at both ends.</summary>
    public required int Index { get; init; }

    /// <summary>The first end's address.</summary>
    public required Endpoint Near { get; set; }

    /// <summary>The second end's.</summary>
    public required Endpoint Far { get; init; }

    /// <summary>Half a round trip.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Loss in each direction, 0 to 1.</summary>
    public double Loss { get; set; }

    /// <summary>Takes all, and delivers nothing.</summary>
    public bool IsCut { get; set; }

    /// <summary>Datagrams that went into it.</summary>
    public int Taken { get; set; }
}
