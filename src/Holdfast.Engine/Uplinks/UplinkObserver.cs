using System.Net.Sockets;
using Holdfast.Linux.Files;
using Holdfast.Linux.Netlink;

namespace Holdfast.Engine.Uplinks;

/// <summary>
/// Keeps what the kernel shows: listed as a whole, and brought up to date by events in between, so that a loss is known without
/// another question. One thread at a time.
/// </summary>
internal sealed class UplinkObserver : IDisposable
{
    private readonly RouteSocket _kernel = new();
    private readonly Dictionary<int, LinkState> _links = [];
    private readonly List<AddressState> _addresses = [];
    private readonly List<Route> _defaults = [];
    private HashSet<string> _strict = [];

    /// <summary>What is known.</summary>
    internal UplinkFacts Facts => new()
    {
        Links = _links.Values,
        Addresses = _addresses,
        Defaults = [.. _defaults.SelectMany(DefaultRoute.Of)],
        Strict = _strict,
    };

    /// <summary>Lists everything anew.</summary>
    /// <exception cref="Linux.LinuxException">The kernel refused.</exception>
    internal void ListAnew()
    {
        var links = _kernel.Links();
        var addresses = _kernel.Addresses();
        var defaults = new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }
            .SelectMany(family => _kernel.DefaultRoutes(family).Where(r => r.Family == family && DefaultRoute.Is(r))).ToArray();
        _links.Clear();
        foreach (var link in links) _links[link.Index] = link;
        _addresses.Clear();
        _addresses.AddRange(addresses);
        _defaults.Clear();
        _defaults.AddRange(defaults);
        ReadSettings();
    }

    /// <summary>Asks whether a carrier that was there is there still.</summary>
    /// <returns>True if it is not.</returns>
    /// <exception cref="Linux.LinuxException">The kernel refused.</exception>
    internal bool HasLostCarrier(int index)
    {
        if (!_links.TryGetValue(index, out var link) || !link.HasCarrier || _kernel.HasCarrier(index)) return false;
        _links[index] = link with { HasCarrier = false };
        return true;
    }

    /// <summary>Reads the kernel's settings anew, which tell nobody when they change.</summary>
    internal void ReadSettings()
    {
        var all = Setting("all");
        _strict = [.. _defaults.SelectMany(DefaultRoute.Of).Select(route => _links.GetValueOrDefault(route.InterfaceIndex)?.Name)
            .OfType<string>().Distinct().Where(name => Math.Max(all, Setting(name)) == 1)];
    }

    /// <summary>Takes an event in.</summary>
    /// <returns>Whether anything changed that may matter.</returns>
    internal bool Apply(RouteEvent happened) => happened switch
    {
        { Subject: RouteSubject.Overrun } => true,
        { Link: { } link } => happened.IsRemoved ? Remove(link) : Set(link),
        { Address: { } address } => happened.IsRemoved ? Remove(address) : Set(address),
        { Route: { } route } => DefaultRoute.Is(route) && (happened.IsRemoved ? Remove(route) : Add(route)),
        _ => false,
    };

    public void Dispose() => _kernel.Dispose();

    private bool Set(LinkState link)
    {
        _links.TryGetValue(link.Index, out var before);
        _links[link.Index] = link;
        return before is null || (before.Name, before.Flags, before.HasCarrier, before.MasterIndex, before.Kind)
            != (link.Name, link.Flags, link.HasCarrier, link.MasterIndex, link.Kind);
    }

    private bool Remove(LinkState link)
    {
        _addresses.RemoveAll(address => address.InterfaceIndex == link.Index);
        _defaults.RemoveAll(route => route.InterfaceIndex == link.Index);
        return _links.Remove(link.Index);
    }

    private bool Set(AddressState address)
    {
        if (_addresses.Contains(address)) return false;
        Remove(address);
        _addresses.Add(address);
        return true;
    }

    private bool Remove(AddressState address) => _addresses.RemoveAll(a => a.InterfaceIndex == address.InterfaceIndex
        && a.PrefixLength == address.PrefixLength && a.Address.Equals(address.Address)) > 0;

    private bool Add(Route route)
    {
        _defaults.Add(route);
        return true;
    }

    private bool Remove(Route route) => _defaults.RemoveAll(r => r.Family == route.Family && r.Metric == route.Metric
        && r.InterfaceIndex == route.InterfaceIndex && Equals(r.Gateway, route.Gateway)) > 0;

    // The larger of the two counts (ip-sysctl of the kernel's documentation).
    private static int Setting(string name)
    {
        try
        {
            return int.TryParse(Sysctl.Read($"net/ipv4/conf/{name}/rp_filter"), out var value) ? value : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // the interface has just gone, or nobody may know
        }
    }
}
