using System.Net;
using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Namespaces;
using Holdfast.Linux.Netlink;
using Holdfast.Linux.Sockets;
using Holdfast.Linux.Tun;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Tests.Linux;

public sealed class TunDeviceTests
{
    [Fact]
    public void A_device_ends_with_its_owner() => KernelRoom.Run(() =>
    {
        using (var tun = TunDevice.Open("hft%d"))
        {
            Assert.Equal("hft0", tun.Name);
            Assert.False(tun.Adopted);
            Assert.True(tun.Index > 1);
            tun.Mtu = 1420;
            Assert.Equal(1420, tun.Mtu);
        }
        using var again = TunDevice.Open("hft0");
        Assert.False(again.Adopted);
        Assert.Equal(1500, again.Mtu);
    });

    [Fact]
    public void A_persistent_device_waits_for_its_next_owner() => KernelRoom.Run(() =>
    {
        int index;
        using (var tun = TunDevice.Open("hft0", new TunOptions { Persist = true }))
        {
            tun.Mtu = 1380;
            index = tun.Index;
        }
        using var next = TunDevice.Open("hft0", new TunOptions { Persist = true });
        Assert.True(next.Adopted);
        Assert.Equal((index, 1380), (next.Index, next.Mtu));
        next.SetPersistent(false);
        next.Dispose();
        using var last = TunDevice.Open("hft0");
        Assert.False(last.Adopted);
    });

    [Fact]
    public void A_second_owner_is_refused() => KernelRoom.Run(() =>
    {
        using var tun = TunDevice.Open("hft0", new TunOptions { Persist = true });
        var error = Assert.Throws<LinuxException>(() => TunDevice.Open("hft0"));
        Assert.Equal(Errno.EBUSY, error.Errno);
        Assert.Equal("open TUN hft0: Device or resource busy (EBUSY): another process holds it", error.Message);
    });

    [Fact]
    public void A_device_that_must_be_new_is_not_taken_over() => KernelRoom.Run(() =>
    {
        TunDevice.Open("hft0", new TunOptions { Persist = true }).Dispose();
        var error = Assert.Throws<LinuxException>(() => TunDevice.Open("hft0", new TunOptions { MustBeNew = true }));
        Assert.Equal(Errno.EBUSY, error.Errno);
        Assert.EndsWith("exists already", error.Message);
    });

    [Theory]
    [InlineData("lo", false), InlineData("hft0", true)]
    public void An_interface_of_another_kind_is_left_alone(string name, bool tap) => KernelRoom.Run(() =>
    {
        using (TunDevice.Open("hft0", new TunOptions { Persist = true }))
        {
        }
        var error = Assert.Throws<LinuxException>(() => TunDevice.Open(name, new TunOptions { Tap = tap }));
        Assert.Equal(Errno.EEXIST, error.Errno);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData(""), InlineData("a/b"), InlineData("sixteen-bytes-ab"), InlineData("a b"), InlineData("a:1")]
    [InlineData("."), InlineData("..")]
    public void A_name_that_can_not_be_an_interfaces_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => TunDevice.Open(name));

    [Fact]
    public void Nothing_to_read_and_a_device_that_is_down_are_answers() => KernelRoom.Run(() =>
    {
        using var tun = TunDevice.Open("hft0");
        Assert.Equal(-Errno.EAGAIN, tun.Read(new byte[1500]));
        Assert.Equal(-Errno.EIO, tun.Write(Packets.Udp4("10.9.0.2", "10.9.0.1", [1])));
        tun.Dispose();
        Assert.Equal(-Errno.EBADF, tun.Read(new byte[1500]));
        Assert.Equal(-Errno.EBADF, tun.Write(new byte[20]));
        Assert.Equal(-1, tun.Fd);
    });

    [Fact]
    public void Properties_are_those_of_the_namespace_it_was_opened_in() => KernelRoom.Run(() =>
    {
        using var space = NetworkNamespace.Create();
        using var tun = NetworkNamespace.RunIn(space, () => TunDevice.Open("hft0"));
        tun.Mtu = 1400;
        Assert.Equal(1400, tun.Mtu);
        using var there = tun.OpenNamespace();
        Assert.Equal(Inode(space), NetworkNamespace.RunIn(there, () => Here()));

        static string Here() => File.ResolveLinkTarget("/proc/thread-self/ns/net", returnFinalTarget: false)!.Name;
        static string Inode(SafeFileHandle space) => NetworkNamespace.RunIn(space, Here);
    });

    [Fact]
    public void Reading_nothing_allocates_nothing() => KernelRoom.Run(() =>
    {
        using var tun = TunDevice.Open("hft0");
        var buffer = new byte[1500];
        tun.Read(buffer);
        tun.Write(buffer);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                tun.Read(buffer);
                tun.Write(buffer);
            }
        }));
    });

    [Fact]
    public void What_the_host_routes_into_it_is_read_and_what_is_written_arrives() => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        using var tun = TunDevice.Open("hft0");
        Prepare(routes, tun);
        var options = new UdpOptions { Address = IPAddress.Parse("10.9.0.1"), Port = 2222 };
        using var socket = UdpSocket.Open(AddressFamily.InterNetwork, options);

        Assert.Equal(31, tun.Write(Packets.Udp4("10.9.0.2", "10.9.0.1", [7, 8, 9])));
        var receiving = new ReceiveBatch(4, 100);
        Assert.Equal(1, socket.Receive(receiving));
        Assert.Equal([7, 8, 9], receiving.Datagram(0).ToArray());
        Assert.Equal("10.9.0.2:1111", receiving.Remote(0).ToString());
        Assert.Equal(SourceAddress.From(IPAddress.Parse("10.9.0.1"), tun.Index), receiving.Accompanying(0).Local);

        var sending = new SendBatch(4, 100);
        UdpSocketTests.Append(sending, receiving.Remote(0), [1, 2, 3, 4]);
        Assert.Equal(1, socket.Send(sending).Sent);
        var packet = new byte[1500];
        Assert.Equal(32, tun.Read(packet));
        Assert.Equal([1, 2, 3, 4], packet[28..32]);
        Assert.Equal(-Errno.EAGAIN, tun.Read(packet));
        Assert.Equal(-Errno.EINVAL, tun.Write([0x15, 0, 0, 0]));
    });

    [Fact]
    public void A_device_that_is_deleted_tells_its_owner() => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        using var tun = TunDevice.Open("hft0", new TunOptions { Persist = true });
        Prepare(routes, tun);
        using var epoll = new Epoll();
        epoll.Add(tun.Fd, EpollInterest.Readable, 3);
        var events = new EpollEvent[2];
        Assert.Equal(0, epoll.Wait(events, TimeSpan.Zero));
        routes.DeleteLink(tun.Index);
        Assert.Equal(1, epoll.Wait(events, TimeSpan.FromSeconds(10)));
        Assert.True(events[0].Happened.HasFlag(EpollInterest.Error), $"{events[0]}");
        Assert.Equal(-Errno.EBADFD, tun.Read(new byte[1500]));
        Assert.Equal(-Errno.EBADFD, tun.Write(Packets.Udp4("10.9.0.2", "10.9.0.1", [1])));
        Assert.Equal(Errno.EBADFD, Assert.Throws<LinuxException>(() => tun.SetPersistent(true)).Errno);
        Assert.Equal(Errno.EBADFD, Assert.Throws<LinuxException>(() => tun.ReadName()).Errno);
        using var another = TunDevice.Open("hft0");
        Assert.False(another.Adopted);
    });

    [Fact]
    public void A_persistent_device_keeps_its_addresses_and_routes_between_owners() => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        var far = new Route { Destination = IPNetwork.Parse("10.20.0.0/16"), Protocol = 117 };
        using (var tun = TunDevice.Open("hft0", new TunOptions { Persist = true }))
        {
            Prepare(routes, tun);
            far = far with { InterfaceIndex = tun.Index };
            routes.AddRoute(far);
        }
        // While nobody holds it, packets have nowhere else to go.
        var query = new RouteQuery { Destination = IPAddress.Parse("10.20.1.1") };
        Assert.Equal(far.InterfaceIndex, routes.Lookup(query)!.InterfaceIndex);
        using var next = TunDevice.Open("hft0", new TunOptions { Persist = true });
        Assert.Contains(far.AsShown(), routes.Routes(AddressFamily.InterNetwork));
        Assert.Contains(routes.Addresses(next.Index), address => address.ToString() == "10.9.0.1/24");
        Assert.True(routes.Link("hft0") is { IsUp: true, HasCarrier: true });
        next.SetCarrier(false);
        Assert.False(routes.Link("hft0")!.HasCarrier);
        next.SetCarrier(true);
        Assert.True(routes.Link("hft0")!.HasCarrier);
    });

    private static void Prepare(RouteSocket routes, TunDevice tun)
    {
        // Without IPv6 the host sends nothing into the device that the test did not ask for.
        Sysctl.Write($"net/ipv6/conf/{tun.Name}/disable_ipv6", "1");
        var address = new AddressState
        {
            InterfaceIndex = tun.Index,
            Address = IPAddress.Parse("10.9.0.1"),
            PrefixLength = 24,
        };
        routes.AddAddress(address);
        routes.SetUp(tun.Index, true);
    }
}
