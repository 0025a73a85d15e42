using System.Net;
using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Netlink;
using Holdfast.Linux.Tun;

namespace Holdfast.Tests.Linux;

public sealed class RouteTests
{
    private const byte OurProtocol = 117;

    private static readonly IPAddress Own4 = IPAddress.Parse("10.7.0.2");
    private static readonly IPAddress Own6 = IPAddress.Parse("fd07::2");

    /// <summary>A namespace with a TUN that is up, with 10.7.0.2/24 and fd07::2/64.</summary>
    private static void InRoom(Action<RouteSocket, TunDevice> test) => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        routes.SetUp(1, true);
        using var tun = TunDevice.Open("hft0");
        routes.SetUp(tun.Index, true);
        foreach (var (address, length) in new[] { (Own4, 24), (Own6, 64) })
        {
            routes.AddAddress(new AddressState
            {
                InterfaceIndex = tun.Index,
                Address = address,
                PrefixLength = length,
                Flags = AddressFlags.NoDuplicateDetection,
            });
        }
        test(routes, tun);
    });

    public static TheoryData<string, Route> Wanted() => new()
    {
        { "dev", To("10.20.0.0/16") with { InterfaceIndex = -1 } },
        { "dev", To("fd20::/32") with { InterfaceIndex = -1 } },
        { "default in a large table", To("0.0.0.0/0") with { InterfaceIndex = -1, Table = 51820 } },
        { "default in a large table", To("::/0") with { InterfaceIndex = -1, Table = 51820, Metric = 7 } },
        { "via", To("10.20.0.0/16") with { InterfaceIndex = -1, Gateway = IPAddress.Parse("10.7.0.1"), Metric = 5 } },
        { "via", To("fd20::/32") with { InterfaceIndex = -1, Gateway = IPAddress.Parse("fd07::1"), Metric = 5 } },
        { "source and mtu", To("10.20.0.0/16") with { InterfaceIndex = -1, PreferredSource = Own4, Mtu = 1300 } },
        { "source and mtu", To("fd20::/32") with { InterfaceIndex = -1, PreferredSource = Own6, Mtu = 1300 } },
        { "via the other family", To("10.20.0.0/16") with { InterfaceIndex = -1, Gateway = IPAddress.Parse("fd07::1") } },
        { "on link", To("10.20.0.0/16") with { InterfaceIndex = -1, Gateway = IPAddress.Parse("9.9.9.9"), OnLink = true } },
        { "one host", To("10.20.0.1/32") with { InterfaceIndex = -1, Table = 255, Type = RouteType.Local } },
        { "refusing", To("10.20.0.0/16") with { Type = RouteType.Unreachable } },
        { "refusing", To("fd20::/32") with { Type = RouteType.Unreachable } },
        { "silent", To("10.20.0.0/16") with { Type = RouteType.Blackhole, Table = 4_000_000_000 } },
        { "silent", To("fd20::/32") with { Type = RouteType.Blackhole, Table = 4_000_000_000 } },
        { "prohibiting", To("fd20::/32") with { Type = RouteType.Prohibit } },
        { "throwing", To("10.20.0.0/16") with { Type = RouteType.Throw, Table = 300 } },
    };

    private static Route To(string prefix) => new() { Destination = IPNetwork.Parse(prefix), Protocol = OurProtocol };

    [Theory, MemberData(nameof(Wanted))]
    public void A_route_is_shown_as_it_was_asked_for_and_goes_again(string name, Route asked) => InRoom((routes, tun) =>
    {
        Assert.NotEmpty(name);
        var route = asked with { InterfaceIndex = asked.InterfaceIndex < 0 ? tun.Index : 0 };
        routes.AddRoute(route);
        Assert.Equal(route.AsShown(), Assert.Single(Ours()));
        Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxException>(() => routes.AddRoute(route)).Errno);
        routes.AddRoute(route, replace: true);
        routes.DeleteRoute(Assert.Single(Ours()));
        Assert.Empty(Ours());
        Assert.Equal(Errno.ESRCH, Assert.Throws<LinuxException>(() => routes.DeleteRoute(route)).Errno);

        IEnumerable<Route> Ours() => routes.Routes(route.Family).Where(found => found.Protocol == OurProtocol);
    });

    [Fact]
    public void The_kernels_own_routes_are_shown() => InRoom((routes, tun) =>
    {
        var four = routes.Routes(AddressFamily.InterNetwork);
        Assert.Contains(four, route => route.ToString() == $"10.7.0.0/24 dev {tun.Index} src 10.7.0.2");
        Assert.Contains(four, route => route is { Type: RouteType.Local, Table: Route.LocalTable, Protocol: 2 });
        Assert.Contains(routes.Routes(AddressFamily.InterNetworkV6),
            route => route.ToString() == $"fd07::/64 dev {tun.Index} metric 256");
    });

    [Fact]
    public void Many_routes_are_all_shown() => InRoom((routes, tun) =>
    {
        for (var i = 0; i < 2000; i++)
            routes.AddRoute(To($"10.{100 + i / 250}.{i % 250}.0/24") with { InterfaceIndex = tun.Index, Table = 1000 });
        var shown = routes.Routes(AddressFamily.InterNetwork).Where(route => route.Table == 1000).ToList();
        Assert.Equal(2000, shown.Select(route => route.Destination).Distinct().Count());
    });

    [Fact]
    public void A_refusal_has_the_kernels_own_words() => InRoom((routes, _) =>
    {
        var route = To("10.20.0.0/16") with { Gateway = IPAddress.Parse("192.0.2.1") };
        var error = Assert.Throws<LinuxException>(() => routes.AddRoute(route));
        Assert.Equal("add route 10.20.0.0/16 via 192.0.2.1: Network is unreachable (ENETUNREACH): "
            + "Nexthop has invalid gateway", error.Message);
    });

    [Fact]
    public void A_lookup_tells_the_way_and_the_table() => InRoom((routes, tun) =>
    {
        routes.AddRoute(To("0.0.0.0/0") with { InterfaceIndex = tun.Index, Table = 51820 });
        routes.AddRule(new PolicyRule
        {
            Family = AddressFamily.InterNetwork,
            Priority = 22001,
            Mark = new FirewallMark(0xca6c),
            Invert = true,
            Table = 51820,
        });
        var far = IPAddress.Parse("198.51.100.1");
        var way = routes.Lookup(new RouteQuery { Destination = far })!;
        Assert.Equal((tun.Index, 51820U, Own4), (way.InterfaceIndex, way.Table, way.PreferredSource));
        Assert.Equal("198.51.100.1/32", way.Destination.ToString());
        Assert.Null(routes.Lookup(new RouteQuery { Destination = far, Mark = 0xca6c }));
        Assert.Equal(1, routes.Lookup(new RouteQuery { Destination = IPAddress.Loopback })!.InterfaceIndex);
        Assert.Null(routes.Lookup(new RouteQuery { Destination = IPAddress.Parse("2001:db8::1") }));
        var six = routes.Lookup(new RouteQuery { Destination = IPAddress.Parse("fd07::77"), Source = Own6 })!;
        Assert.Equal(tun.Index, six.InterfaceIndex);
        var foreign = new RouteQuery { Destination = far, Source = IPAddress.Parse("192.0.2.9") };
        // Kernels differ in what they call it.
        Route? none = null;
        var error = Record.Exception(() => none = routes.Lookup(foreign));
        Assert.True(none is null && error is null or LinuxException { Errno: Errno.EINVAL }, $"{none} {error}");
    });
}
