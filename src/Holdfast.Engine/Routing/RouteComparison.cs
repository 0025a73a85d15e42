using System.Net;

namespace Holdfast.Engine.Routing;

/// <summary>Which desired routes are missing, and which of these can't be added.</summary>
internal sealed class RouteComparison
{
    public RouteComparison(IEnumerable<RouteEntry> desired, IEnumerable<RouteEntry> observed)
    {
        var slots = new Dictionary<(IPNetwork, uint, uint), RouteEntry>();
        foreach (var route in observed) slots.TryAdd(route.Slot, route);
        foreach (var route in desired)
        {
            if (!slots.TryGetValue(route.Slot, out var there))
                Missing.Add(route);
            else if (there.Device != route.Device)
                Clashes.Add(new(route, there));
        }
    }

    public List<RouteEntry> Missing { get; } = [];

    public List<RoutingClash> Clashes { get; } = [];
}
