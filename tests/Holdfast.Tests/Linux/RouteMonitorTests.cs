using System.Net;
using Holdfast.Linux.Events;
using Holdfast.Linux.Netlink;
using Holdfast.Linux.Tun;

namespace Holdfast.Tests.Linux;

public sealed class RouteMonitorTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public void Every_change_is_told_when_it_comes_and_when_it_goes() => KernelRoom.Run(() =>
    {
        using var monitor = new RouteMonitor();
        using var routes = new RouteSocket();
        var seen = new List<RouteEvent>();
        Assert.False(monitor.Read(seen));

        using var tun = TunDevice.Open("hft0");
        var index = tun.Index;
        Expect(happened => happened is { IsRemoved: false, Link: { Name: "hft0", IsUp: false } });
        routes.SetUp(index, true);
        Expect(happened => happened is { IsRemoved: false, Link: { Name: "hft0", IsUp: true } });

        foreach (var (address, prefix) in new[] { ("10.7.0.2", "10.9.0.0/16"), ("fd07::2", "fd09::/32") })
        {
            var own = new AddressState
            {
                InterfaceIndex = index,
                Address = IPAddress.Parse(address),
                PrefixLength = 24,
            };
            routes.AddAddress(own);
            Expect(happened => !happened.IsRemoved && happened.Address?.ToString() == own.ToString());
            var route = new Route
            {
                Destination = IPNetwork.Parse(prefix),
                InterfaceIndex = index,
                Table = 300,
                Metric = 9,
            };
            routes.AddRoute(route);
            Expect(happened => !happened.IsRemoved && route.AsShown().Equals(happened.Route));
            routes.DeleteRoute(route);
            Expect(happened => happened.IsRemoved && route.AsShown().Equals(happened.Route));
            var rule = new PolicyRule { Family = own.Family, Priority = 77, Table = 300, Protocol = 117 };
            routes.AddRule(rule);
            Expect(happened => !happened.IsRemoved && rule.Equals(happened.Rule));
            routes.DeleteRule(rule);
            Expect(happened => happened.IsRemoved && rule.Equals(happened.Rule));
            routes.DeleteAddress(own);
            Expect(happened => happened.IsRemoved && happened.Address?.ToString() == own.ToString());
        }

        routes.DeleteLink(index);
        Expect(happened => happened is { IsRemoved: true, Link.Name: "hft0" });

        void Expect(Predicate<RouteEvent> wanted)
        {
            using var epoll = new Epoll();
            epoll.Add(monitor.Fd, EpollInterest.Readable, 0);
            var end = MonotonicClock.Now + (long)Deadline.TotalNanoseconds;
            while (!seen.Exists(wanted))
            {
                Assert.True(MonotonicClock.Now < end, $"not told; seen: {string.Join("; ", seen)}");
                epoll.Wait(new EpollEvent[1], Deadline);
                while (monitor.Read(seen))
                {
                }
            }
            seen.Clear();
        }
    });

    [Fact]
    public void A_port_that_leaves_its_bridge_is_not_gone() => KernelRoom.Run(() =>
    {
        using var monitor = new RouteMonitor();
        using var routes = new RouteSocket();
        routes.CreateLink("br0", "bridge");
        routes.CreateVeth("port0", "far0");
        var port = routes.Link("port0")!.Index;
        routes.SetMaster(port, routes.Link("br0")!.Index);
        routes.SetMaster(port, 0);
        routes.SetMtu(port, 1400); // the last event
        var seen = new List<RouteEvent>();
        KernelRoom.WaitFor(monitor, seen, () => seen.Exists(happened => happened.Link is { Name: "port0", Mtu: 1400 }));
        Assert.DoesNotContain(seen, happened => happened is { IsRemoved: true, Link: not null });
    });

    [Fact]
    public void Lost_events_are_named() => KernelRoom.Run(() =>
    {
        using var monitor = new RouteMonitor();
        using var routes = new RouteSocket();
        routes.SetUp(1, true);
        var route = new Route { Destination = IPNetwork.Parse("fd09::/32"), InterfaceIndex = 1, Table = 300 };
        // More than the queue of 1 MiB (doubled by the kernel) can hold, at some 800 bytes of its memory each.
        for (var i = 0; i < 3000; i++)
        {
            routes.AddRoute(route);
            routes.DeleteRoute(route);
        }
        var seen = new List<RouteEvent>();
        while (monitor.Read(seen))
        {
        }
        Assert.Contains(seen, happened => happened.Subject == RouteSubject.Overrun);
        Assert.Contains(seen, happened => happened.Route is not null);

        // From here on it tells again.
        seen.Clear();
        routes.AddRoute(route);
        while (monitor.Read(seen))
        {
        }
        Assert.Equal([RouteSubject.Route], seen.Select(happened => happened.Subject));
    });
}
