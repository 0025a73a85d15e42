using Holdfast.Linux;
using Holdfast.Linux.Namespaces;
using Holdfast.Linux.Netlink;
using Holdfast.Linux.Tun;

namespace Holdfast.Tests.Linux;

public sealed class LinkTests
{
    [Fact]
    public void A_namespace_begins_with_a_loopback_that_is_down() => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        var loopback = Assert.Single(routes.Links(), link => link.HardwareType == 772);
        Assert.Equal(("lo", 1, false, null), (loopback.Name, loopback.Index, loopback.IsUp, loopback.Kind));
        routes.SetUp(1, true);
        Assert.True(routes.Link("lo")!.IsUp);
        routes.SetUp(1, false);
        Assert.False(routes.Link(1)!.IsUp);
        Assert.Null(routes.Link("hft9"));
        Assert.Null(routes.Link(4711));
    });

    [Fact]
    public void A_wire_has_an_end_in_each_namespace() => KernelRoom.Run(() =>
    {
        using var far = NetworkNamespace.Create();
        using var routes = new RouteSocket();
        using var farRoutes = NetworkNamespace.RunIn(far, () => new RouteSocket());
        routes.CreateVeth("near0", "far0", far);
        var near = routes.Link("near0")!;
        Assert.Equal("veth", near.Kind);
        Assert.Null(routes.Link("far0"));
        var farEnd = farRoutes.Link("far0")!;
        Assert.Equal(near.Index, farEnd.ParentIndex);

        routes.SetUp(near.Index, true);
        Assert.False(routes.Link("near0")!.HasCarrier || routes.HasCarrier(near.Index));
        farRoutes.SetUp(farEnd.Index, true);
        Assert.True(routes.Link("near0")!.HasCarrier && routes.HasCarrier(near.Index));
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) routes.HasCarrier(near.Index);
        Assert.Equal(allocated, GC.GetAllocatedBytesForCurrentThread());

        routes.DeleteLink(near.Index);
        Assert.False(routes.HasCarrier(near.Index));
        Assert.Null(routes.Link("near0"));
        Assert.Null(farRoutes.Link("far0"));
    });

    [Fact]
    public void A_link_is_changed_and_read_back() => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        routes.CreateLink("br0", "bridge");
        routes.CreateVeth("p0", "p1");
        var (bridge, port) = (routes.Link("br0")!, routes.Link("p0")!);
        Assert.Equal("bridge", bridge.Kind);
        routes.SetMaster(port.Index, bridge.Index);
        routes.SetMtu(port.Index, 1400);
        routes.SetAlias(port.Index, "holdfast: a port");
        routes.Rename(port.Index, "port0");
        port = routes.Link("port0")!;
        Assert.Equal((bridge.Index, 1400, "holdfast: a port"), (port.MasterIndex, port.Mtu, port.Alias));
        Assert.Matches("^([0-9a-f]{2}:){5}[0-9a-f]{2}$", port.HardwareAddress);
        routes.SetMaster(port.Index, 0);
        routes.SetAlias(port.Index, "");
        port = routes.Link(port.Index)!;
        Assert.Equal((0, null), (port.MasterIndex, port.Alias));
    });

    [Fact]
    public void A_link_moves_to_another_namespace() => KernelRoom.Run(() =>
    {
        using var far = NetworkNamespace.Create();
        using var routes = new RouteSocket();
        using var farRoutes = NetworkNamespace.RunIn(far, () => new RouteSocket());
        using var tun = TunDevice.Open("hft0");
        routes.Move(tun.Index, far);
        Assert.Null(routes.Link("hft0"));
        var moved = farRoutes.Link("hft0")!;
        farRoutes.Rename(moved.Index, "hft5");
        Assert.Equal("hft5", tun.ReadName());
        using var there = tun.OpenNamespace();
        using var thereRoutes = NetworkNamespace.RunIn(there, () => new RouteSocket());
        Assert.Equal(moved.Index, thereRoutes.Link("hft5")!.Index);
        Assert.Equal(Errno.ENODEV, Assert.Throws<LinuxException>(() => tun.Mtu).Errno);
    });

    [Fact]
    public void A_tun_shows_its_kind_and_whether_somebody_holds_it() => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        var options = new TunOptions { Persist = true };
        using (TunDevice.Open("hft0", options))
        {
            var held = routes.Link("hft0")!;
            Assert.Equal(new TunState(IsTap: false, IsPersistent: true, HasVirtioHeader: false, IsMultiQueue: false),
                held.Tun);
            Assert.True(held.HasCarrier);
        }
        Assert.False(routes.Link("hft0")!.HasCarrier);
        using (TunDevice.Open("hft0", options)) Assert.True(routes.Link("hft0")!.HasCarrier);
        using var tap = TunDevice.Open("hft1", new TunOptions { Tap = true, VirtioHeader = true });
        Assert.Equal(new TunState(true, false, true, false), routes.Link("hft1")!.Tun);
        Assert.Null(routes.Link("lo")!.Tun);
    });

    [Fact]
    public void A_refusal_has_the_operation_and_the_kernels_own_words() => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        routes.CreateVeth("p0", "p1");
        var index = routes.Link("p0")!.Index;
        var error = Assert.Throws<LinuxException>(() => routes.SetMtu(index, 1));
        Assert.Equal($"set MTU of link {index} to 1: Invalid argument (EINVAL): mtu less than device minimum",
            error.Message);
        Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxException>(() => routes.CreateVeth("p0", "x")).Errno);
        Assert.Equal(Errno.ENODEV, Assert.Throws<LinuxException>(() => routes.SetUp(4711, true)).Errno);
        Assert.Equal(Errno.EOPNOTSUPP, Assert.Throws<LinuxException>(() => routes.CreateLink("x", "nosuch")).Errno);
        // The socket goes on after a refusal.
        Assert.Equal("p0", routes.Link(index)!.Name);
    });
}
