using System.Net;
using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Sockets;

namespace Holdfast.Tests.Linux;

/// <summary>What is said of datagrams that were sent, with a port of this host at which nobody listens.</summary>
public sealed class UdpErrorTests
{
    private static readonly UdpOptions Telling = new() { TellsErrors = true };

    public static TheoryData<AddressFamily> Families => UdpSocketTests.Families;

    [Theory, MemberData(nameof(Families))]
    public void A_port_at_which_nobody_listens_is_told(AddressFamily family)
    {
        using var sender = UdpSocket.Open(family, Telling);
        var nobody = Nobody(family);
        var errors = new ErrorBatch();
        Assert.Equal(-Errno.EAGAIN, sender.ReceiveErrors(errors));
        Send(sender, nobody, 3);
        WaitForError(sender);
        Assert.Equal(3, sender.ReceiveErrors(errors));
        var four = family == AddressFamily.InterNetwork;
        var origin = four ? ErrorOrigin.Icmp : ErrorOrigin.Icmp6;
        var by = DatagramAddress.From(new IPEndPoint(Loopback(family), 0));
        var told = new DatagramError(Errno.ECONNREFUSED, origin, (byte)(four ? 3 : 1), (byte)(four ? 3 : 4), 0, nobody, by) { InterfaceIndex = 1 };
        Assert.Equal([told, told, told], Enumerable.Range(0, 3).Select(i => errors[i]));
        Assert.Equal(-Errno.EAGAIN, sender.ReceiveErrors(errors));
        Assert.Equal(0, errors.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => errors[0]);
    }

    [Theory, MemberData(nameof(Families))]
    public void An_error_of_one_drops_nothing_that_is_for_another(AddressFamily family)
    {
        using var sender = UdpSocket.Open(family, Telling);
        using var receiver = UdpSocket.Open(family);
        var (nobody, somebody) = (Nobody(family), DatagramAddress.From(new IPEndPoint(Loopback(family), receiver.Port)));
        Send(sender, nobody, 1); // an error waits before the first is sent
        var batch = new SendBatch(64, 64 * 10);
        for (var i = 0; i < 30; i++) UdpSocketTests.Append(batch, i % 2 == 0 ? somebody : nobody, [(byte)i]);
        Assert.Equal(new SendResult(30, null, false), sender.Send(batch));
        var received = new ReceiveBatch(64, 100);
        Assert.Equal(15, receiver.Receive(received));
        Assert.Equal(Enumerable.Range(0, 15).Select(i => (byte)(2 * i)), Enumerable.Range(0, 15).Select(i => received.Datagram(i)[0]));
    }

    [Theory, MemberData(nameof(Families))]
    public void An_error_delays_nothing_that_has_come(AddressFamily family)
    {
        using var socket = UdpSocket.Open(family, Telling);
        using var other = UdpSocket.Open(family);
        Send(other, DatagramAddress.From(new IPEndPoint(Loopback(family), socket.Port)), 5);
        Send(socket, Nobody(family), 1);
        WaitForError(socket);
        Assert.Equal(5, socket.Receive(new ReceiveBatch(16, 100)));
    }

    [Theory, MemberData(nameof(Families))]
    public void Runs_that_are_sent_one_by_one_lose_none_for_it(AddressFamily family)
    {
        using var sender = UdpSocket.Open(family, Telling);
        using var receiver = UdpSocket.Open(family);
        var batch = new SendBatch(4, 1000);
        UdpSocketTests.Append(batch, DatagramAddress.From(new IPEndPoint(Loopback(family), receiver.Port)), new byte[10]);
        for (var i = 0; i < 9; i++)
        {
            batch.Reserve(10).Clear();
            Assert.True(batch.TryJoin(10));
        }
        Send(sender, Nobody(family), 1);
        Assert.Equal(new SentAgain(10, 100), sender.SendAgain(batch, 0, SendForm.OneByOne));
        Assert.Equal(10, receiver.Receive(new ReceiveBatch(16, 100)));
    }

    [Theory, MemberData(nameof(Families))]
    public void Nothing_is_told_unless_it_was_asked_for(AddressFamily family)
    {
        using var sender = UdpSocket.Open(family);
        Send(sender, Nobody(family), 1);
        Assert.Equal(-Errno.EAGAIN, sender.ReceiveErrors(new ErrorBatch()));
    }

    [Fact]
    public void Reading_errors_costs_no_memory()
    {
        using var sender = UdpSocket.Open(AddressFamily.InterNetwork, Telling);
        var (nobody, errors, told) = (Nobody(AddressFamily.InterNetwork), new ErrorBatch(), 0);
        var batch = new SendBatch(1, 10);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                batch.Clear();
                batch.Reserve(1);
                batch.Commit(1, nobody);
                sender.Send(batch);
                if (sender.ReceiveErrors(errors) > 0 && errors[0].To == nobody) told++;
            }
        }));
        Assert.True(told > 0);
    }

    /// <summary>A port that nobody has: the one that a socket had until just now.</summary>
    internal static DatagramAddress Nobody(AddressFamily family)
    {
        using var gone = UdpSocket.Open(family);
        return DatagramAddress.From(new IPEndPoint(Loopback(family), gone.Port));
    }

    internal static void WaitForError(UdpSocket socket)
    {
        using var epoll = new Epoll();
        epoll.Add(socket.Fd, EpollInterest.None, 0);
        Assert.Equal(1, epoll.Wait(new EpollEvent[1], TimeSpan.FromSeconds(10)));
    }

    private static IPAddress Loopback(AddressFamily family) =>
        family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback;

    private static void Send(UdpSocket socket, DatagramAddress to, int times)
    {
        var batch = new SendBatch(times, times * 10);
        for (var i = 0; i < times; i++) UdpSocketTests.Append(batch, to, [1]);
        Assert.Equal(new SendResult(times, null, false), socket.Send(batch));
    }
}
