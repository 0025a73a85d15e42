using System.Net;
using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Sockets;

namespace Holdfast.Tests.Linux;

/// <summary>
/// A host with two uplinks, each with a default route, and one server that is reached by both: sockets that are bound to an uplink
/// beside one that is not, all on one port.
/// </summary>
public sealed class UdpUplinkTests
{
    private const int Port = 51820;

    public static TheoryData<AddressFamily> Families => [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];

    [Theory, MemberData(nameof(Families))]
    public void Each_bound_socket_leaves_by_its_uplink_and_hears_it_alone(AddressFamily family) => OnTwoUplinks(family, room =>
    {
        using var any = UdpSocket.Open(family, new UdpOptions { Port = Port });
        using var first = any.OpenFor(room.Index(1), new UdpOptions());
        using var second = any.OpenFor(room.Index(2), new UdpOptions());
        foreach (var (socket, uplink) in new[] { (second, 2), (first, 1), (second, 2) })
        {
            Send(socket, room.ServerAddress, (byte)uplink);
            var question = ReceiveOne(room.Server);
            // The worse default route is as good as the better one for who is bound to it, and the source is its own.
            Assert.Equal(UplinkRoom.Near(family, uplink), question.Remote(0).ToIPEndPoint()!.Address);
            Assert.Equal(Port, question.Remote(0).Port);
            Send(room.Server, question.Remote(0), 9);
            Assert.Equal(room.Index(uplink), ReceiveOne(socket).Accompanying(0).Local.InterfaceIndex);
        }
        var nothing = new ReceiveBatch(1, 100);
        Assert.All([any, first, second], socket => Assert.Equal(-Errno.EAGAIN, socket.Receive(nothing)));
    });

    [Theory, MemberData(nameof(Families))]
    public void The_unbound_socket_hears_what_comes_by_other_interfaces(AddressFamily family) => OnTwoUplinks(family, room =>
    {
        using var any = UdpSocket.Open(family, new UdpOptions { Port = Port });
        using var second = any.OpenFor(room.Index(2), new UdpOptions());
        Send(room.Server, DatagramAddress.From(new IPEndPoint(UplinkRoom.Near(family, 1), Port)), 1);
        Assert.Equal(room.Index(1), ReceiveOne(any).Accompanying(0).Local.InterfaceIndex);
        // Unbound, it leaves by the better default route.
        Send(any, room.ServerAddress, 3);
        Assert.Equal(UplinkRoom.Near(family, 1), ReceiveOne(room.Server).Remote(0).ToIPEndPoint()!.Address);
        second.Dispose();
        Send(room.Server, DatagramAddress.From(new IPEndPoint(UplinkRoom.Near(family, 2), Port)), 2);
        Assert.Equal(room.Index(2), ReceiveOne(any).Accompanying(0).Local.InterfaceIndex);
    });

    [Theory, MemberData(nameof(Families))]
    public void No_stranger_joins_the_port_and_one_that_is_taken_is_refused(AddressFamily family) => OnTwoUplinks(family, room =>
    {
        using var any = UdpSocket.Open(family, new UdpOptions { Port = Port });
        using var first = any.OpenFor(room.Index(1), new UdpOptions());
        foreach (var index in new[] { 0, room.Index(1), room.Index(2) })
        {
            using var stranger = Stranger(family, index);
            Assert.Equal(SocketError.AddressAlreadyInUse,
                Assert.Throws<SocketException>(() => Bind(stranger, family)).SocketErrorCode);
        }
        Assert.Equal(Errno.EADDRINUSE, Assert.Throws<LinuxException>(
            () => UdpSocket.Open(family, new UdpOptions { Port = Port })).Errno);
    });

    [Fact]
    public void An_interface_that_comes_again_gets_a_socket_of_its_own() => OnTwoUplinks(AddressFamily.InterNetwork, room =>
    {
        using var any = UdpSocket.Open(AddressFamily.InterNetwork, new UdpOptions { Port = Port });
        var index = room.Index(2);
        using var old = any.OpenFor(index, new UdpOptions());
        room.Routes.DeleteLink(index);
        var batch = new SendBatch(1, 10);
        UdpSocketTests.Append(batch, room.ServerAddress, [1]);
        Assert.Equal(Errno.ENODEV, old.Send(batch).Refused!.Value.Errno);
        room.AddUplink(2);
        Assert.NotEqual(index, room.Index(2));
        using var again = any.OpenFor(room.Index(2), new UdpOptions());
        Send(again, room.ServerAddress, 1);
        Assert.Equal(UplinkRoom.Near(AddressFamily.InterNetwork, 2), ReceiveOne(room.Server).Remote(0).ToIPEndPoint()!.Address);
    });

    private static Socket Stranger(AddressFamily family, int index)
    {
        const int SO_REUSEPORT = 15, SO_BINDTOIFINDEX = 62, SOL_SOCKET = 1;
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        socket.SetRawSocketOption(SOL_SOCKET, SO_REUSEPORT, BitConverter.GetBytes(1));
        if (index != 0) socket.SetRawSocketOption(SOL_SOCKET, SO_BINDTOIFINDEX, BitConverter.GetBytes(index));
        return socket;
    }

    private static void Bind(Socket socket, AddressFamily family) =>
        socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, Port));

    private static void OnTwoUplinks(AddressFamily family, Action<UplinkRoom> test) => UplinkRoom.Run(test, family);

    private static void Send(UdpSocket socket, DatagramAddress to, byte value)
    {
        var batch = new SendBatch(1, 10);
        UdpSocketTests.Append(batch, to, [value]);
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
