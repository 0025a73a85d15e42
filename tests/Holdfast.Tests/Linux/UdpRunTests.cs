using System.Net;
using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Sockets;

namespace Holdfast.Tests.Linux;

/// <summary>Runs of datagrams that the kernel cuts (UDP_SEGMENT) and puts together (UDP_GRO).</summary>
public sealed class UdpRunTests
{
    public static TheoryData<AddressFamily> Families => UdpSocketTests.Families;

    [Theory, MemberData(nameof(Families))]
    public void A_run_is_one_message_and_arrives_as_its_datagrams(AddressFamily family)
    {
        using var sender = UdpSocket.Open(family);
        using var receiver = UdpSocket.Open(family);
        var batch = new SendBatch(4, 100_000);
        Append(batch, To(receiver), 1000, 1);
        Append(batch, To(receiver), 1000, 2);
        Append(batch, To(receiver), 500, 3); // shorter: the run's last
        Append(batch, To(receiver), 500, 4);
        Assert.Equal((2, 3, 1), (batch.Count, batch.Datagrams(0), batch.Datagrams(1)));
        Assert.Equal(new SendResult(2, null, false), sender.Send(batch));

        var received = new ReceiveBatch(8, 65507);
        Assert.Equal(4, receiver.Receive(received));
        Assert.Equal([1000, 1000, 500, 500], Enumerable.Range(0, 4).Select(i => received.Datagram(i).Length));
        Assert.Equal([1, 2, 3, 4], Enumerable.Range(0, 4).Select(i => (int)received.Datagram(i)[0]));
        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(0, received.Accompanying(i).SegmentBytes));
    }

    [Theory, MemberData(nameof(Families))]
    public void A_socket_that_asks_for_it_receives_a_run_as_one(AddressFamily family)
    {
        using var sender = UdpSocket.Open(family);
        using var receiver = UdpSocket.Open(family, new UdpOptions { JoinsReceived = true, TellsTrafficClass = true });
        Assert.True(receiver.JoinsReceived);
        var batch = new SendBatch(4, 100_000);
        for (var i = 0; i < 40; i++) Append(batch, To(receiver), i < 39 ? 1200 : 7, (byte)i, trafficClass: 0x02);
        Assert.Equal(1, batch.Count);
        sender.Send(batch);

        var received = new ReceiveBatch(8, 65507);
        Assert.Equal(1, receiver.Receive(received));
        Assert.Equal((39 * 1200 + 7, 1200, 0x02),
            (received.Datagram(0).Length, received.Accompanying(0).SegmentBytes, received.Accompanying(0).TrafficClass));
        for (var i = 0; i < 40; i++) Assert.Equal(i, received.Datagram(0)[i * 1200]);
        Assert.Equal(sender.Port, received.Remote(0).Port);
        Assert.Equal(family == AddressFamily.InterNetwork ? 4 : 6, received.Accompanying(0).Local.Family);
    }

    [Fact]
    public void A_run_takes_no_longer_datagram_and_none_after_a_shorter_one()
    {
        var batch = new SendBatch(16, 300_000);
        var to = DatagramAddress.From(IPEndPoint.Parse("192.0.2.1:5"));
        batch.Reserve(200);
        Assert.False(batch.TryJoin(100)); // there is none yet
        batch.Commit(100, to, SourceAddress.From(IPAddress.Parse("192.0.2.9")));
        Assert.Throws<InvalidOperationException>(() => batch.TryJoin(100));
        batch.Reserve(200);
        Assert.False(batch.TryJoin(101));
        Assert.True(batch.TryJoin(99));
        batch.Reserve(200);
        Assert.False(batch.TryJoin(99));
        batch.Commit(99, to);
        Assert.Equal((2, 2, 1), (batch.Count, batch.Datagrams(0), batch.Datagrams(1)));
        Assert.Equal((true, false), (batch.HasSource(0), batch.HasSource(1)));
    }

    [Fact]
    public void A_run_ends_where_the_kernel_takes_no_more()
    {
        var batch = new SendBatch(16, 300_000);
        var to = DatagramAddress.From(IPEndPoint.Parse("192.0.2.1:5"));
        for (var i = 0; i < SendBatch.RunDatagrams + 1; i++) Append(batch, to, 10, 0);
        Assert.Equal((2, SendBatch.RunDatagrams, 1), (batch.Count, batch.Datagrams(0), batch.Datagrams(1)));
        batch.Clear();
        for (var i = 0; i < 46; i++) Append(batch, to, 1452, 0);
        Assert.Equal((2, 45, 1), (batch.Count, batch.Datagrams(0), batch.Datagrams(1)));
    }

    [Theory, MemberData(nameof(Families))]
    public void What_was_refused_goes_again_without_its_source(AddressFamily family)
    {
        using var sender = UdpSocket.Open(family);
        using var receiver = UdpSocket.Open(family);
        var gone = SourceAddress.From(
            IPAddress.Parse(family == AddressFamily.InterNetwork ? "192.0.2.77" : "2001:db8::77"));
        var batch = new SendBatch(4, 100_000);
        Append(batch, To(receiver), 300, 1, gone, trafficClass: 3);
        Append(batch, To(receiver), 300, 2, gone, trafficClass: 3);
        Append(batch, To(receiver), 300, 3, gone, trafficClass: 3);
        Assert.Equal(0, sender.Send(batch).Refused?.Index);
        Assert.Equal(0, sender.SendAgain(batch, 0, SendForm.Same).Datagrams);
        Assert.Equal(0, sender.SendAgain(batch, 0, SendForm.OneByOne).Datagrams);
        Assert.Equal(3, sender.SendAgain(batch, 0, SendForm.AnySource).Datagrams);
        Assert.Equal(3, sender.SendAgain(batch, 0, SendForm.AnySource | SendForm.OneByOne).Datagrams);
        var received = new ReceiveBatch(8, 65507);
        Assert.Equal(6, receiver.Receive(received));
        Assert.Equal([1, 2, 3, 1, 2, 3], Enumerable.Range(0, 6).Select(i => (int)received.Datagram(i)[0]));
        Assert.All(Enumerable.Range(0, 6), i => Assert.Equal(300, received.Datagram(i).Length));
    }

    [Fact]
    public void What_no_datagram_of_may_be_cut_is_sent_one_by_one() => KernelRoom.Run(() =>
    {
        // A device with an MTU below the datagrams: the kernel cuts runs only into what fits it.
        using var routes = new Holdfast.Linux.Netlink.RouteSocket();
        var loopback = routes.Link("lo")!.Index;
        routes.SetUp(loopback, true);
        routes.SetMtu(loopback, 1000);
        var options = new UdpOptions { PathMtu = PathMtuDiscovery.Off };
        using var sender = UdpSocket.Open(AddressFamily.InterNetwork, options);
        using var receiver = UdpSocket.Open(AddressFamily.InterNetwork);
        var batch = new SendBatch(4, 100_000);
        Append(batch, To(receiver), 1400, 1);
        Append(batch, To(receiver), 1400, 2);
        Assert.Contains(sender.Send(batch).Refused!.Value.Errno, new[] { Errno.EINVAL, Errno.EMSGSIZE });
        Assert.Equal(2, sender.SendAgain(batch, 0, SendForm.OneByOne).Datagrams);
        var received = new ReceiveBatch(8, 65507);
        Assert.Equal(2, receiver.Receive(received));
    });

    private static DatagramAddress To(UdpSocket receiver) => DatagramAddress.From(new IPEndPoint(
        receiver.Family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, receiver.Port));

    private static void Append(
        SendBatch batch, DatagramAddress to, int length, byte first, SourceAddress source = default,
        byte trafficClass = 0)
    {
        batch.Reserve(length)[0] = first;
        if (!batch.TryJoin(length)) batch.Commit(length, to, source, trafficClass);
    }
}
