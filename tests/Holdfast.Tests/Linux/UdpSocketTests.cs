using System.Net;
using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Sockets;

namespace Holdfast.Tests.Linux;

public sealed class UdpSocketTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public static TheoryData<AddressFamily> Families => [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];

    private static IPAddress Loopback(AddressFamily family) =>
        family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback;

    [Theory, MemberData(nameof(Families))]
    public void A_batch_arrives_in_order_with_both_addresses(AddressFamily family)
    {
        using var sender = UdpSocket.Open(family);
        using var receiver = UdpSocket.Open(family);
        var to = DatagramAddress.From(new IPEndPoint(Loopback(family), receiver.Port));
        var from = DatagramAddress.From(new IPEndPoint(Loopback(family), sender.Port));
        var sending = new SendBatch(64, 64 * 1500);
        for (var i = 0; i < 50; i++) Append(sending, to, [(byte)i, .. new byte[i]]);
        Assert.Equal(new SendResult(50, null, false), sender.Send(sending));
        Assert.Equal(0, sending.Remaining);

        var receiving = new ReceiveBatch(32, 2048);
        Assert.Equal(32, receiver.Receive(receiving));
        Check(0);
        Assert.Equal(18, receiver.Receive(receiving));
        Check(32);
        Assert.Equal(-Errno.EAGAIN, receiver.Receive(receiving));
        Assert.Equal(0, receiving.Count);

        void Check(int first)
        {
            for (var i = 0; i < receiving.Count; i++)
            {
                Assert.Equal(first + i + 1, receiving.Datagram(i).Length);
                Assert.Equal(first + i, receiving.Datagram(i)[0]);
                Assert.Equal(from, receiving.Remote(i));
                Assert.Equal(SourceAddress.From(Loopback(family), 1), receiving.Accompanying(i).Local);
                Assert.False(receiving.IsTruncated(i));
            }
        }
    }

    [Theory, MemberData(nameof(Families))]
    public void A_datagram_that_is_too_long_to_keep_is_marked(AddressFamily family)
    {
        using var sender = UdpSocket.Open(family);
        using var receiver = UdpSocket.Open(family);
        var to = DatagramAddress.From(new IPEndPoint(Loopback(family), receiver.Port));
        var sending = new SendBatch(4, 1000);
        Append(sending, to, new byte[100]);
        Append(sending, to, new byte[101]);
        Append(sending, to, []);
        sender.Send(sending);
        var receiving = new ReceiveBatch(4, 100);
        Assert.Equal(3, receiver.Receive(receiving));
        Assert.Equal((100, false), (receiving.Datagram(0).Length, receiving.IsTruncated(0)));
        Assert.Equal((100, true), (receiving.Datagram(1).Length, receiving.IsTruncated(1)));
        Assert.Equal((0, false), (receiving.Datagram(2).Length, receiving.IsTruncated(2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => receiving.Remote(3));
    }

    [Theory, MemberData(nameof(Families))]
    public void One_that_is_refused_is_told_before_the_rest_goes(AddressFamily family)
    {
        using var sender = UdpSocket.Open(family);
        using var receiver = UdpSocket.Open(family);
        var to = DatagramAddress.From(new IPEndPoint(Loopback(family), receiver.Port));
        var gone = SourceAddress.From(
            IPAddress.Parse(family == AddressFamily.InterNetwork ? "192.0.2.77" : "2001:db8::77"));
        var sending = new SendBatch(16, 200_000);
        Append(sending, to, [0]);
        Append(sending, to, [1], gone);
        Append(sending, to, [2]);
        Append(sending, to, new byte[65_530]);
        Append(sending, default, [4]);
        Append(sending, to, [5], SourceAddress.From(Loopback(family)));
        var (failures, sent) = SendAll(sender, sending);
        Assert.Equal(3, sent);
        Assert.Equal([1, 3, 4], failures.Select(failure => failure.Index));
        // Over IPv4 kernels differ in what they call it.
        Assert.Contains(failures[0].Errno, new[] { Errno.EINVAL, Errno.EADDRNOTAVAIL, Errno.ENETUNREACH });
        Assert.Equal(Errno.EMSGSIZE, failures[1].Errno);
        Assert.Equal("EDESTADDRREQ", Errno.NameOf(failures[2].Errno));
        Assert.Equal(to, sending.Remote(1));

        var receiving = new ReceiveBatch(16, 2048);
        Assert.Equal(3, receiver.Receive(receiving));
        Assert.Equal([0, 2, 5], Enumerable.Range(0, 3).Select(i => (int)receiving.Datagram(i)[0]));
        sending.Clear();
        Assert.Equal((0, 0), (sending.Count, sending.Done));
    }

    [Fact]
    public void A_socket_that_is_full_keeps_what_remains()
    {
        // Bytes queued at the receiver count as the sender's while nobody reads them, until the receiver drops.
        using var sender = UdpSocket.Open(AddressFamily.InterNetwork, new UdpOptions { SendBuffer = 4096 });
        using var receiver = UdpSocket.Open(AddressFamily.InterNetwork, new UdpOptions { ReceiveBuffer = 1 << 20 });
        Assert.True(receiver.ReceiveBuffer >= 1 << 20, $"receive buffer of {receiver.ReceiveBuffer} bytes");
        var to = DatagramAddress.From(new IPEndPoint(IPAddress.Loopback, receiver.Port));
        var batch = new SendBatch(32, 32 * 1000);
        for (var i = 0; i < 32; i++) Append(batch, to, [(byte)i, .. new byte[999]]);
        var result = sender.Send(batch);
        // On loopback the receiver's queue takes the bytes over at once, so all may be gone; what isn't goes later.
        Assert.Equal(32 - result.Sent, batch.Remaining);
        Assert.Equal(result.Blocked, batch.Remaining > 0);
        using var epoll = new Epoll();
        epoll.Add(sender.Fd, EpollInterest.Writable, 0);
        var received = 0;
        var receiving = new ReceiveBatch(32, 1500);
        while (received < 32)
        {
            var count = receiver.Receive(receiving);
            for (var i = 0; i < count; i++) Assert.Equal(received++, receiving.Datagram(i)[0]);
            if (batch.Remaining == 0) continue;
            Assert.Equal(1, epoll.Wait(new EpollEvent[1], Deadline));
            sender.Send(batch);
        }
    }

    [Fact]
    public void A_batch_hands_out_its_room_once()
    {
        var batch = new SendBatch(3, 100);
        var to = DatagramAddress.From(IPEndPoint.Parse("127.0.0.1:9"));
        batch.Reserve(60).Fill(1);
        var same = batch.Reserve(50);
        Assert.Equal(1, same[0]);
        same.Fill(2);
        batch.Commit(40, to);
        var next = batch.Reserve(60);
        next.Fill(3);
        batch.Commit(60, to);
        Assert.True(batch.IsFull);
        Assert.True(batch.Reserve(1).IsEmpty);
        Assert.Equal(Enumerable.Repeat((byte)2, 40), batch.Datagram(0).ToArray());
        Assert.Equal(Enumerable.Repeat((byte)3, 60), batch.Datagram(1).ToArray());
        Assert.Throws<InvalidOperationException>(() => batch.Commit(1, to));
        batch.Clear();
        Assert.Equal((0, 100), (batch.Count, batch.Free));
        batch.Reserve(10);
        Assert.Throws<InvalidOperationException>(() => batch.Commit(11, to));
    }

    [Theory, MemberData(nameof(Families))]
    public void A_port_that_somebody_has_is_named(AddressFamily family)
    {
        using var first = UdpSocket.Open(family);
        var error = Assert.Throws<LinuxException>(() => UdpSocket.Open(family, new UdpOptions { Port = first.Port }));
        var any = family == AddressFamily.InterNetwork ? "0.0.0.0" : "[::]";
        Assert.Equal($"bind udp {any}:{first.Port}: Address already in use (EADDRINUSE)", error.Message);
    }

    [Fact]
    public void Both_families_can_have_the_same_port()
    {
        using var six = UdpSocket.Open(AddressFamily.InterNetworkV6);
        var options = new UdpOptions { Port = six.Port, Address = IPAddress.Loopback };
        using var four = UdpSocket.Open(AddressFamily.InterNetwork, options);
        Assert.Equal(six.Port, four.Port);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_turn_of_the_packet_path_allocates_nothing(AddressFamily family)
    {
        using var sender = UdpSocket.Open(family);
        using var receiver = UdpSocket.Open(family);
        var to = DatagramAddress.From(new IPEndPoint(Loopback(family), receiver.Port));
        var source = SourceAddress.From(Loopback(family));
        var sending = new SendBatch(16, 16 * 1500);
        var receiving = new ReceiveBatch(16, 1500);
        var (turns, received) = (20, Turn(20));
        Assert.Equal(0, Allocated.By(() =>
        {
            received += Turn(625);
            turns += 625;
        }));
        Assert.Equal(turns * 16, received);

        int Turn(int times)
        {
            var matches = 0;
            for (var turn = 0; turn < times; turn++)
            {
                for (var i = 0; i < 16; i++)
                {
                    sending.Reserve(1400)[0] = 1;
                    sending.Commit(1400, to, source);
                }
                sender.Send(sending);
                sending.Clear();
                var count = receiver.Receive(receiving);
                for (var i = 0; i < count; i++)
                {
                    if (receiving.Remote(i).Port == sender.Port && receiving.Accompanying(i).Local.Family == to.Family
                        && receiving.Datagram(i).Length == 1400)
                        matches++;
                }
            }
            return matches;
        }
    }

    [Fact]
    public void A_closed_socket_says_so()
    {
        var socket = UdpSocket.Open(AddressFamily.InterNetwork);
        socket.Dispose();
        Assert.Equal(-Errno.EBADF, socket.Receive(new ReceiveBatch(1, 100)));
        Assert.Throws<ObjectDisposedException>(() => socket.Send(new SendBatch(1, 100)));
        Assert.Throws<ObjectDisposedException>(() => socket.SetMark(1));
        Assert.Equal(-1, socket.Fd);
    }

    /// <summary>Sends a whole batch. What was refused, and how many went.</summary>
    internal static (SendFailure[] Refused, int Sent) SendAll(UdpSocket socket, SendBatch batch)
    {
        var (refused, sent) = (new List<SendFailure>(), 0);
        while (true)
        {
            var result = socket.Send(batch);
            sent += result.Sent;
            if (result.Refused is not { } failure) return ([.. refused], sent);
            Assert.False(result.Blocked);
            Assert.Equal(failure.Index + 1, batch.Done);
            refused.Add(failure);
        }
    }

    internal static void Append(
        SendBatch batch, DatagramAddress to, ReadOnlySpan<byte> bytes, SourceAddress source = default)
    {
        bytes.CopyTo(batch.Reserve(Math.Max(bytes.Length, 1)));
        batch.Commit(bytes.Length, to, source);
    }
}
