namespace Holdfast.Linux.Netlink;

/// <summary>Something that changed in a namespace's network.</summary>
/// <param name="Subject">What it is about; the property of that name is set.</param>
/// <param name="IsRemoved">True if it is gone, false if it came or changed.</param>
public sealed record RouteEvent(RouteSubject Subject, bool IsRemoved)
{
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
    internal static RouteEvent? Parse(in NetlinkMessage message)
    {
        switch (message.Type)
        {
            case RouteSocket.RTM_NEWLINK or RouteSocket.RTM_DELLINK when LinkState.Parse(message.Body) is { } link:
                return new RouteEvent(RouteSubject.Link, message.Type == RouteSocket.RTM_DELLINK) { Link = link };
            case RouteSocket.RTM_NEWADDR or RouteSocket.RTM_DELADDR when AddressState.Parse(message.Body) is { } address:
                return new RouteEvent(RouteSubject.Address, message.Type == RouteSocket.RTM_DELADDR) { Address = address };
            case RouteSocket.RTM_NEWROUTE or RouteSocket.RTM_DELROUTE when Netlink.Route.Parse(message.Body) is { } route:
                return new RouteEvent(RouteSubject.Route, message.Type == RouteSocket.RTM_DELROUTE) { Route = route };
            case RouteSocket.RTM_NEWRULE or RouteSocket.RTM_DELRULE when PolicyRule.Parse(message.Body) is { } rule:
                return new RouteEvent(RouteSubject.Rule, message.Type == RouteSocket.RTM_DELRULE) { Rule = rule };
            default:
                return null;
        }
    }
}
