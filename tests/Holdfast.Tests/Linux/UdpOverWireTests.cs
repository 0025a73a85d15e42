using System.Net;
using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Namespaces;
using Holdfast.Linux.Netlink;
using Holdfast.Linux.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Tests.Linux;

/// <summary>Two namespaces and a wire between them; each end has two addresses of each family.</summary>
public sealed class UdpOverWireTests
{
    public static TheoryData<AddressFamily> Families => [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];

    [Theory, MemberData(nameof(Families))]
    public void An_answer_leaves_from_the_address_that_was_asked(AddressFamily family) => OnWire((routes, far) =>
    {
        using var near = UdpSocket.Open(family);
        using var server = NetworkNamespace.RunIn(far, () => UdpSocket.Open(family));
        foreach (var host in new[] { 2, 3 })
        {
            var asked = new IPEndPoint(Host(family, host), server.Port);
            Send(near, DatagramAddress.From(asked), default);
            var question = ReceiveOne(server);
            var local = question.Accompanying(0).Local;
            Assert.Equal(Host(family, host), local.ToIPAddress());
            Assert.NotEqual(0, local.InterfaceIndex);
            Send(server, question.Remote(0), local);
            Assert.Equal(asked, ReceiveOne(near).Remote(0).ToIPEndPoint());
        }
    });

    [Theory, MemberData(nameof(Families))]
    public void A_source_that_is_gone_is_named_and_the_kernel_can_choose_again(AddressFamily family) =>
        OnWire((routes, far) =>
        {
            using var near = UdpSocket.Open(family);
            using var server = NetworkNamespace.RunIn(far, () => UdpSocket.Open(family));
            var to = DatagramAddress.From(new IPEndPoint(Host(family, 2), server.Port));
            var index = routes.Link("near0")!.Index;
            var source = SourceAddress.From(Host(family, 11), index);
            Send(near, to, source);
            Assert.Equal(Host(family, 11), ReceiveOne(server).Remote(0).ToIPEndPoint()!.Address);

            routes.DeleteAddress(routes.Addresses(index).Single(a => a.Address.Equals(Host(family, 11))));
            var batch = new SendBatch(4, 100);
            UdpSocketTests.Append(batch, to, [1], source);
            UdpSocketTests.Append(batch, to, [2], SourceAddress.From(Host(family, 11)));
            UdpSocketTests.Append(batch, to, [3]);
            var (refused, sent) = UdpSocketTests.SendAll(near, batch);
            Assert.Equal(1, sent);
            Assert.Equal([0, 1], refused.Select(failure => failure.Index));
            Assert.All(refused, failure => Assert.Contains(failure.Errno,
                new[] { Errno.EINVAL, Errno.EADDRNOTAVAIL, Errno.ENETUNREACH }));
            var received = ReceiveOne(server);
            Assert.Equal(3, received.Datagram(0)[0]);
            Assert.Equal(Host(family, 10), received.Remote(0).ToIPEndPoint()!.Address);
        });

    [Fact]
    public void A_link_local_peer_is_reached_by_its_scope() => OnWire((routes, far) =>
    {
        var index = routes.Link("near0")!.Index;
        using var near = UdpSocket.Open(AddressFamily.InterNetworkV6);
        using var server = NetworkNamespace.RunIn(far, () => UdpSocket.Open(AddressFamily.InterNetworkV6));
        var address = new IPAddress(IPAddress.Parse("fe80::2").GetAddressBytes(), index);
        Send(near, DatagramAddress.From(new IPEndPoint(address, server.Port)), default);
        var question = ReceiveOne(server);
        Assert.True(question.Remote(0).ToIPEndPoint()!.Address.IsIPv6LinkLocal);
        Assert.NotEqual(0U, question.Remote(0).ScopeId);
        Send(server, question.Remote(0), question.Accompanying(0).Local);
        Assert.Equal(address, ReceiveOne(near).Remote(0).ToIPEndPoint()!.Address);
    });

    [Theory, MemberData(nameof(Families))]
    public void A_mark_chooses_the_table(AddressFamily family) => OnWire((routes, far) =>
    {
        var six = family == AddressFamily.InterNetworkV6;
        routes.AddRule(new PolicyRule
        {
            Family = family,
            Priority = 50,
            Mark = new FirewallMark(0xca6c),
            Table = 300,
        });
        routes.AddRoute(new Route
        {
            Destination = Prefix.All(six),
            Table = 300,
            Type = RouteType.Unreachable,
        });
        using var near = UdpSocket.Open(family, new UdpOptions { Mark = 0xca6c });
        var to = DatagramAddress.From(new IPEndPoint(Host(family, 2), 9));
        var batch = new SendBatch(1, 10);
        UdpSocketTests.Append(batch, to, [1]);
        Assert.Equal(new SendResult(0, new SendFailure(0, Errno.EHOSTUNREACH), false), near.Send(batch));
        near.SetMark(0);
        batch.Clear();
        UdpSocketTests.Append(batch, to, [1]);
        Assert.Equal(new SendResult(1, null, false), near.Send(batch));
    });

    [Fact]
    public void A_socket_keeps_to_its_interface() => OnWire((_, far) =>
    {
        var family = AddressFamily.InterNetwork;
        using var near = UdpSocket.Open(family);
        using var server = NetworkNamespace.RunIn(far, () => UdpSocket.Open(family, new UdpOptions { InterfaceIndex = 1 }));
        var to = DatagramAddress.From(new IPEndPoint(Host(family, 2), server.Port));
        Send(near, to, default, 1);
        server.SetInterface(NetworkNamespace.RunIn(far, () =>
        {
            using var routes = new RouteSocket();
            return routes.Link("far0")!.Index;
        }));
        Send(near, to, default, 2);
        Assert.Equal(2, ReceiveOne(server).Datagram(0)[0]);
    });

    [Theory, MemberData(nameof(Families))]
    public void A_datagram_that_does_not_fit_is_refused_or_cut(AddressFamily family) => OnWire((routes, far) =>
    {
        routes.SetMtu(routes.Link("near0")!.Index, 1300);
        using var server = NetworkNamespace.RunIn(far, () => UdpSocket.Open(family));
        var to = DatagramAddress.From(new IPEndPoint(Host(family, 2), server.Port));
        var batch = new SendBatch(1, 2000);
        UdpSocketTests.Append(batch, to, new byte[1400]);
        using var whole = UdpSocket.Open(family, new UdpOptions { PathMtu = PathMtuDiscovery.Refuse });
        Assert.Equal(new SendFailure(0, Errno.EMSGSIZE), whole.Send(batch).Refused);
        batch.Clear();
        UdpSocketTests.Append(batch, to, new byte[1400]);
        using var cutting = UdpSocket.Open(family, new UdpOptions { PathMtu = PathMtuDiscovery.Off });
        Assert.Equal(1, cutting.Send(batch).Sent);
        Assert.Equal(1400, ReceiveOne(server).Datagram(0).Length);
    });

    private static IPAddress Host(AddressFamily family, int number) =>
        IPAddress.Parse(family == AddressFamily.InterNetwork ? $"10.8.0.{number}" : $"fd08::{number}");

    private static void OnWire(Action<RouteSocket, SafeFileHandle> test) => KernelRoom.Run(() =>
    {
        using var far = NetworkNamespace.Create();
        using var routes = new RouteSocket();
        using var farRoutes = NetworkNamespace.RunIn(far, () => new RouteSocket());
        using var monitor = new RouteMonitor();
        using var farMonitor = NetworkNamespace.RunIn(far, () => new RouteMonitor());
        routes.CreateVeth("near0", "far0", far);
        Prepare(routes, "near0", 10, 11);
        Prepare(farRoutes, "far0", 2, 3);
        // The kernel drops what is sent before it has noticed the carrier.
        KernelRoom.WaitFor(monitor, () => routes.Link("near0")!.IsRunning);
        KernelRoom.WaitFor(farMonitor, () => farRoutes.Link("far0")!.IsRunning);
        test(routes, far);
    });

    private static void Prepare(RouteSocket routes, string name, params int[] hosts)
    {
        routes.SetUp(1, true);
        var index = routes.Link(name)!.Index;
        routes.SetUp(index, true);
        foreach (var host in hosts)
        {
            Add(Host(AddressFamily.InterNetwork, host), 24);
            Add(Host(AddressFamily.InterNetworkV6, host), 64);
        }
        Add(IPAddress.Parse($"fe80::{hosts[0]}"), 64);

        void Add(IPAddress address, int length) => routes.AddAddress(new AddressState
        {
            InterfaceIndex = index,
            Address = address,
            PrefixLength = length,
            Flags = AddressFlags.NoDuplicateDetection,
        });
    }

    private static void Send(UdpSocket socket, DatagramAddress to, SourceAddress source, byte value = 1)
    {
        var batch = new SendBatch(1, 10);
        UdpSocketTests.Append(batch, to, [value], source);
        Assert.Equal(new SendResult(1, null, false), socket.Send(batch));
    }

    private static ReceiveBatch ReceiveOne(UdpSocket socket)
    {
        using var epoll = new Epoll();
        epoll.Add(socket.Fd, EpollInterest.Readable, 0);
        Assert.Equal(1, epoll.Wait(new EpollEvent[1], TimeSpan.FromSeconds(10)));
        var batch = new ReceiveBatch(4, 2000);
        Assert.Equal(1, socket.Receive(batch));
        return batch;
    }
}
