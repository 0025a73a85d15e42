using System.Net;

namespace Holdfast.Linux.Netlink;

/// <summary>A question for the route that a packet would take.</summary>
public sealed record RouteQuery
{
    /// <summary>Where the packet goes.</summary>
    public required IPAddress Destination { get; init; }

    /// <summary>Where it comes from; null lets the kernel choose.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Its mark; 0 for none.</summary>
    public uint Mark { get; init; }

    /// <summary>The interface that its socket is bound to; 0 for none.</summary>
    public int OutputInterface { get; init; }

    /// <summary>The interface that it came in by, for one that is forwarded (needs a source); 0 for this host's own.</summary>
    public int InputInterface { get; init; }

    /// <summary>The user that sends it; null for the caller.</summary>
    public uint? User { get; init; }
}
