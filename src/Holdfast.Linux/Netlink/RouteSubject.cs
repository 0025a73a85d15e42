namespace Holdfast.Linux.Netlink;

/// <summary>What a <see cref="RouteEvent"/> is about.</summary>
public enum RouteSubject
{
    /// <summary>Events were lost: list everything again.</summary>
    Overrun = 0,

    /// <summary>An interface.</summary>
    Link = 1,

    /// <summary>An address.</summary>
    Address = 2,

    /// <summary>A route.</summary>
    Route = 3,

    /// <summary>A policy rule.</summary>
    Rule = 4,
}
