using System.Net;
using Holdfast.Engine.Routing;

namespace Holdfast.Tests.Routing;

/// <summary>A kernel as far as addresses, routes and rules go: it refuses what a real one refuses.</summary>
internal sealed class ModelKernel
{
    private readonly List<AddressEntry> _addresses = [];
    private readonly Dictionary<(IPNetwork, uint, uint), RouteEntry> _routes = [];
    private readonly List<RuleEntry> _rules = [];

    public LinkState? Link { get; set; }

    public ObservedNetwork Observe() => new()
    {
        Link = Link,
        Addresses = [.. _addresses],
        Routes = [.. _routes.Values],
        Rules = [.. _rules],
    };

    public void Apply(RoutingDiff diff)
    {
        Link = diff.Link ?? Link;
        foreach (var step in diff.Steps)
        {
            if (step.IsRemoval) Remove(step.Entry);
            else Add(step.Entry);
        }
    }

    public void Add(NetworkEntry entry)
    {
        switch (entry)
        {
            case AddressEntry address:
                Assert.DoesNotContain(_addresses, a => (a.Device, a.Address) == (address.Device, address.Address));
                _addresses.Add(address);
                break;
            case RouteEntry route:
                Assert.True(_routes.TryAdd(route.Slot, route), $"EEXIST {route}");
                break;
            case RuleEntry rule:
                Assert.DoesNotContain(_rules, r => r with { Protocol = 0 } == rule with { Protocol = 0 });
                _rules.Add(rule);
                break;
        }
    }

    public bool TryAdd(NetworkEntry entry)
    {
        bool there = entry switch
        {
            AddressEntry address => _addresses.Any(a => (a.Device, a.Address) == (address.Device, address.Address)),
            RouteEntry route => _routes.ContainsKey(route.Slot),
            _ => _rules.Any(r => r with { Protocol = 0 } == (RuleEntry)entry with { Protocol = 0 }),
        };
        if (!there) Add(entry);
        return !there;
    }

    public void Remove(NetworkEntry entry)
    {
        bool removed = entry switch
        {
            AddressEntry address => _addresses.Remove(address),
            RouteEntry route => _routes.TryGetValue(route.Slot, out var there) && there == route
                && _routes.Remove(route.Slot),
            _ => _rules.Remove((RuleEntry)entry),
        };
        Assert.True(removed, $"ESRCH {entry}");
    }
}
