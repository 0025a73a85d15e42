namespace Holdfast.Linux.Netlink;

/// <summary>Something that changed in a namespace's network.</summary>
/// <param name="Subject">What it is about; the property of that name is set.</param>
/// <param name="IsRemoved">True if it is gone, false if it came or changed.</param>
public sealed record RouteEvent(RouteSubject Subject, bool IsRemoved)
{
    private const byte AF_BRIDGE = 7; // bits/socket.h

    /// <summary>The interface; as it was, if it is gone.</summary>
    public LinkState? Link { get; init; }

    /// <summary>The address; as it was, if it is gone.</summary>
    public AddressState? Address { get; init; }

    /// <summary>The route; as it was, if it is gone.</summary>
    public Route? Route { get; init; }

    /// <summary>The rule; as it was, if it is gone.</summary>
    public PolicyRule? Rule { get; init; }

    /// <summary>Reads one message.</summary>
    /// <returns>Null for one that is none of ours, or can't be understood.</returns>
    internal static RouteEvent? Parse(in NetlinkMessage message) => message.Type switch
    {
        RouteSocket.RTM_NEWLINK => Of(LinkOf(message), isRemoved: false),
        RouteSocket.RTM_DELLINK => Of(LinkOf(message), isRemoved: true),
        RouteSocket.RTM_NEWADDR => Of(AddressState.Parse(message.Body), isRemoved: false),
        RouteSocket.RTM_DELADDR => Of(AddressState.Parse(message.Body), isRemoved: true),
        RouteSocket.RTM_NEWROUTE => Of(Netlink.Route.Parse(message.Body), isRemoved: false),
        RouteSocket.RTM_DELROUTE => Of(Netlink.Route.Parse(message.Body), isRemoved: true),
        RouteSocket.RTM_NEWRULE => Of(PolicyRule.Parse(message.Body), isRemoved: false),
        RouteSocket.RTM_DELRULE => Of(PolicyRule.Parse(message.Body), isRemoved: true),
        _ => null,
    };

    // A bridge tells of its ports in messages of its own; one that leaves it is removed there, and is still an interface.
    private static LinkState? LinkOf(in NetlinkMessage message) =>
        message.Body is [AF_BRIDGE, ..] ? null : LinkState.Parse(message.Body);

    private static RouteEvent? Of(object? subject, bool isRemoved) => subject switch
    {
        LinkState link => new RouteEvent(RouteSubject.Link, isRemoved) { Link = link },
        AddressState address => new RouteEvent(RouteSubject.Address, isRemoved) { Address = address },
        Route route => new RouteEvent(RouteSubject.Route, isRemoved) { Route = route },
        PolicyRule rule => new RouteEvent(RouteSubject.Rule, isRemoved) { Rule = rule },
        _ => null,
    };
}
