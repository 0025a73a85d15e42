namespace Holdfast.LabTests.Failures;

/// <summary>
/// What may happen to a bundle of lines as a whole, between two routers: every line drops and comes back, or one end starts anew while
/// the other stays. The connection of hosts behind them goes on by itself, and no route is lost.
/// </summary>
public sealed class BundleTests : LabTest
{
    private const string Phone = "10.8.0.2", PhoneNet = "10.8.0.0/24", Server = "10.9.0.2", ServerNet = "10.9.0.0/24";

    private TwoUplinks _net = null!;
    private Veth _lan = null!, _office = null!;
    private EchoSession _session = null!;
    private string _atSite = "", _atHub = "";

    [Theory, InlineData("bond"), InlineData("failover")]
    public async Task Every_line_drops_and_is_plugged_again(string mode)
    {
        await Start(mode);
        var (site, hub) = (await RouteWatch.Begin(_net.Site), await RouteWatch.Begin(_net.Hub));
        foreach (var wire in _net.Wires)
            wire.Unplug();
        foreach (var host in new[] { _net.Site, _net.Hub })
            await Eventually.Gives(() => TwoUplinks.Working(host), working => working.Length == 0, Seconds(10), $"no path to work at {host.Name}");
        await RoutesAreThere();
        foreach (var wire in _net.Wires)
            wire.Plug();
        await GoesOn();
        await RoutesAreThere();
        site.NothingWent();
        hub.NothingWent();
    }

    [Theory, InlineData("site"), InlineData("hub")]
    public async Task One_end_is_rebooted_while_the_other_stays(string name)
    {
        await Start("bond");
        var (rebooted, other) = name == "site" ? (_net.Site, _net.Hub) : (_net.Hub, _net.Site);
        var watch = await RouteWatch.Begin(other);
        LinkEnd[] links = [.. _net.Wires.SelectMany(w => new[] { w.Near, w.Far }), _lan.Far, _office.Far];
        await Reboot(rebooted, [.. links.Where(l => l.Host == rebooted)]);
        await GoesOn();
        await RoutesAreThere();
        watch.NothingWent();
    }

    private async Task Start(string mode)
    {
        var lab = await Draw("phone", "server");
        var (phone, server) = (lab.Host("phone"), lab.Host("server"));
        _net = await TwoUplinks.Lay(lab, mode, PhoneNet, ServerNet);
        _lan = await lab.AddVeth(phone, _net.Site, Network("lan", "10.8.0", "fd08"));
        _office = await lab.AddVeth(server, _net.Hub, Network("office", "10.9.0", "fd09"));
        await phone.Ip($"route add default via {_lan.Far.V4}");
        await server.Ip($"route add default via {_office.Far.V4}");
        await _net.Start();
        await phone.Carries(Server, Seconds(5));
        _session = await EchoSession.Open(phone, server, Server);
        (_atSite, _atHub) = (await RouteWatch.Take(_net.Site), await RouteWatch.Take(_net.Hub));
        Assert.Contains(ServerNet, _atSite);
        Assert.Contains(PhoneNet, _atHub);
    }

    private static VethOptions Network(string name, string v4, string v6) => new()
    {
        Name = name,
        NearAddresses = [$"{v4}.2/24", $"{v6}::2/64"],
        FarAddresses = [$"{v4}.1/24", $"{v6}::1/64"],
    };

    // All that a kernel and its /run knew is gone; what is on disk is not.
    private async Task Reboot(Host host, LinkEnd[] links)
    {
        await _net.End(host, Signal.Kill);
        await host.Ip([$"link del {TwoUplinks.Tunnel}", .. links.SelectMany(l =>
            new[] { $"link set dev {l.Interface} down", $"address flush dev {l.Interface}" })]);
        await host.Run("rm", "-rf", "/run/holdfast", "/run/wireguard");
        Assert.Empty((await host.Run("ip", "-4", "route", "show")).Output);

        await host.Ip(links.SelectMany(l => l.Addresses.Select(a =>
            $"address add {a} dev {l.Interface}{(a.Contains(':', StringComparison.Ordinal) ? " nodad" : "")}")
            .Append($"link set dev {l.Interface} up")));
        if (host == _net.Site)
            await host.Ip($"route add {_net.Lab.Wire(TwoUplinks.Hidden).Far.V4}/32 dev {TwoUplinks.Hidden}");
        await _net.Start(host);
    }

    private async Task GoesOn()
    {
        await _session.Advances(Seconds(30));
        await _net.BothWork(Seconds(30));
        var progress = await _session.Close();
        Say($"{progress.Echoed} lines, longest gap {progress.LongestGapMs:F0} ms");
        await _session.DisposeAsync();
    }

    private async Task RoutesAreThere()
    {
        Assert.Equal(_atSite, await RouteWatch.Take(_net.Site));
        Assert.Equal(_atHub, await RouteWatch.Take(_net.Hub));
    }
}
