namespace Holdfast.Engine.Routing;

/// <summary>A route that can't be added, because another interface has its slot.</summary>
/// <param name="Wanted">Our route.</param>
/// <param name="InTheWay">The route that is there.</param>
public sealed record RoutingClash(RouteEntry Wanted, RouteEntry InTheWay);
