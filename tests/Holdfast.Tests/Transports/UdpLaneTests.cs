using System.Net;
using System.Net.Sockets;
using Holdfast.Engine;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Transports;
using Holdfast.Linux;
using Holdfast.Linux.Netlink;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Tests.Linux;
using Holdfast.Tests.Protocol;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Transports;

/// <summary>
/// Sockets that take no more: the IPv4 one has a small buffer, and what it sends waits for a neighbour that nobody is.
/// </summary>
public sealed class UdpLaneTests
{
    private const int Size = 1000;

    private static readonly MonoTime Start = new(1_000_000_000_000);
    private static readonly Endpoint Nobody = Endpoint.From(IPEndPoint.Parse("192.0.2.2:9"));
    private static readonly Endpoint Loopback = Endpoint.From(IPEndPoint.Parse("[::1]:9"));

    [Fact]
    public void The_device_waits_for_a_full_socket_but_not_for_long() => Blocked((transport, tunnel, peer) =>
    {
        Assert.False(transport.HoldsDeviceUntil(Start).Passed(Start));
        Assert.Equal(Start + EngineLimits.LanePatience, transport.HoldsDeviceUntil(Start));
        var late = Start + EngineLimits.LanePatience;
        EndTurn(transport, tunnel, late);
        Assert.True(transport.LaneOf(4)!.IsBlocked);
        Assert.True(transport.HoldsDeviceUntil(late).Passed(late));
    });

    [Fact]
    public void The_device_does_not_wait_while_the_other_family_is_in_use() => Blocked((transport, tunnel, peer) =>
    {
        Commit(transport.LaneOf(6)!, tunnel, Loopback, peer);
        EndTurn(transport, tunnel, Start);
        Assert.False(transport.LaneOf(6)!.IsBlocked);
        Assert.True(transport.HoldsDeviceUntil(Start).Passed(Start));
        // What doesn't fit the full one has no room; a batch is all that it keeps.
        while (Commit(transport.LaneOf(4)!, tunnel, Nobody, peer))
            Assert.True(transport.LaneOf(4)!.IsBlocked);
    });

    [Fact]
    public void What_waits_when_a_socket_goes_is_lost_by_name() => Blocked((transport, tunnel, peer) =>
    {
        for (var i = 0; i < 5; i++) Commit(transport.LaneOf(4)!, tunnel, Nobody, i < 4 ? peer : null);
        Assert.Equal(0, tunnel.Drops[Drop.SendBufferFull]);
        transport.Drain(tunnel);
        // The five, and the one that met the full buffer first.
        Assert.Equal(6, tunnel.Drops[Drop.SendBufferFull]);
        Assert.Equal(5, peer.Drops![Drop.SendBufferFull]);
        Assert.Equal((-5, -5 * Size), (peer.SentPackets, peer.SentBytes));
        transport.Drain(tunnel);
        Assert.Equal(6, tunnel.Drops[Drop.SendBufferFull]);
    });

    [Fact]
    public void A_refused_datagram_does_not_count_as_sent() => KernelRoom.Run(() =>
    {
        var (tunnel, peer) = NewPeer();
        using var transport = UdpTransport.Open(0, 0, Offload.Parse(""));
        // A namespace without any route.
        Commit(transport.LaneOf(4)!, tunnel, Nobody, peer);
        Commit(transport.LaneOf(4)!, tunnel, Nobody, null);
        transport.Flush(tunnel);
        Assert.Equal(2, tunnel.Drops[Drop.SendFailed]);
        Assert.Equal(1, peer.Drops![Drop.SendFailed]);
        Assert.Equal((-1, -Size), (peer.SentPackets, peer.SentBytes));
    });

    [Fact]
    public void Only_what_goes_the_same_way_for_the_same_peer_becomes_a_run()
    {
        var (tunnel, peer) = NewPeer();
        var options = new UdpOptions { JoinsReceived = true, TellsTrafficClass = true };
        using var one = UdpSocket.Open(AddressFamily.InterNetwork, options);
        using var other = UdpSocket.Open(AddressFamily.InterNetwork, options);
        using var lane = new UdpLane(UdpSocket.Open(AddressFamily.InterNetwork));
        var (to, away) = (At(one), At(other));
        var local = new LocalAddress(Endpoint.From(new IPEndPoint(IPAddress.Loopback, 0)).Address, 0);
        Put(to, default, peer, times: 3);
        Put(away, default, peer, times: 1);
        Put(to, default, peer, times: 2);
        Put(to, local, peer, times: 2);
        Put(to, local, null, times: 1);
        Put(to, local, null, times: 2, Ecn.Capable0);
        lane.Flush(tunnel);

        var received = new ReceiveBatch(16, 65527);
        Assert.Equal(5, one.Receive(received));
        Assert.Equal([3 * Size, 2 * Size, 2 * Size, Size, 2 * Size],
            Enumerable.Range(0, 5).Select(i => received.Datagram(i).Length));
        Assert.Equal([0, 0, 0, 0, (byte)Ecn.Capable0],
            Enumerable.Range(0, 5).Select(i => received.Accompanying(i).TrafficClass));
        Assert.Equal(1, other.Receive(received));

        static Endpoint At(UdpSocket socket) => Endpoint.From(new IPEndPoint(IPAddress.Loopback, socket.Port));

        void Put(Endpoint where, LocalAddress from, Peer? owner, int times, Ecn ecn = Ecn.NotCapable)
        {
            for (var i = 0; i < times; i++)
            {
                lane.Reserve(Size, tunnel).Clear();
                lane.Commit(Size, where, from, owner, ecn);
            }
        }
    }

    [Fact]
    public void A_run_that_is_refused_goes_one_by_one_before_what_follows() => KernelRoom.Run(() =>
    {
        // The kernel cuts runs only into what fits the device.
        using (var routes = new RouteSocket())
        {
            routes.SetUp(1, true);
            routes.SetMtu(1, 1280);
        }
        var (tunnel, peer) = NewPeer();
        using var receiver = UdpSocket.Open(AddressFamily.InterNetwork);
        using var lane = new UdpLane(
            UdpSocket.Open(AddressFamily.InterNetwork, new UdpOptions { PathMtu = PathMtuDiscovery.Off }));
        var to = Endpoint.From(new IPEndPoint(IPAddress.Loopback, receiver.Port));
        int[] sizes = [1400, 1400, 1400, 100, 1400, 1400, 200];
        foreach (var size in sizes)
        {
            lane.Reserve(size, tunnel).Clear();
            lane.Commit(size, to, default, peer, Ecn.NotCapable);
        }
        lane.Flush(tunnel);
        var received = new ReceiveBatch(16, 2000);
        Assert.Equal(sizes.Length, receiver.Receive(received));
        Assert.Equal(sizes, Enumerable.Range(0, sizes.Length).Select(i => received.Datagram(i).Length));
        Assert.Equal(0, tunnel.Drops[Drop.SendFailed]);
    });

    [Fact]
    public void What_a_refused_run_finds_no_room_for_waits() => KernelRoom.Run(() =>
    {
        const int Count = 10, TooLarge = 1_600; // for the wire, so that the run is refused, and cut by the kernel one by one
        MakeWire();
        var (tunnel, peer) = NewPeer();
        var narrow = new UdpOptions { SendBuffer = 1, PathMtu = PathMtuDiscovery.Off };
        using var lane = new UdpLane(UdpSocket.Open(AddressFamily.InterNetwork, narrow));
        for (var i = 0; i < Count; i++)
        {
            lane.Reserve(TooLarge, tunnel).Clear();
            lane.Commit(TooLarge, Nobody, default, peer, Ecn.NotCapable);
        }
        lane.Flush(tunnel);
        Assert.True(lane.IsBlocked);
        lane.Flush(tunnel);
        Assert.Equal((0, 0), (tunnel.Drops[Drop.SendFailed], tunnel.Drops[Drop.SendBufferFull]));
        lane.Drain(tunnel);
        // Some went, the rest waited to the end.
        Assert.InRange(tunnel.Drops[Drop.SendBufferFull], 1, Count - 1);
        Assert.Equal(0, tunnel.Drops[Drop.SendFailed]);
        Assert.Equal(-TooLarge * tunnel.Drops[Drop.SendBufferFull], peer.SentBytes);
    });

    [Fact]
    public void A_datagram_that_leaves_by_an_uplink_takes_its_lane() => WithUplink((transport, tunnel, peer, uplink) =>
    {
        Assert.Equal(uplink, transport.LaneOf(4, uplink)!.InterfaceIndex);
        Assert.Equal((0, 0), (transport.LaneOf(4)!.InterfaceIndex, transport.LaneOf(4, 999)!.InterfaceIndex));
        Assert.Equal((6, 0), (transport.LaneOf(6, uplink)!.Family, transport.LaneOf(6, uplink)!.InterfaceIndex));
        Assert.Equal(transport.Port, transport.LaneOf(4, uplink)!.Socket.Port);
        IDatagramSink sender = new DatagramSender { Tunnel = tunnel, Transport = transport };
        var from = new LocalAddress(default, uplink);
        sender.Reserve(Nobody, from, Size).Clear();
        sender.Commit(Size, Nobody, from, peer, Ecn.NotCapable);
        // It waits in that lane, which goes.
        transport.Close(transport.LaneOf(4, uplink)!, tunnel);
        Assert.Equal((1, 1), (tunnel.Drops[Drop.SendFailed], peer.Drops![Drop.SendFailed]));
        Assert.Equal((-1, -Size), (peer.SentPackets, peer.SentBytes));
        Assert.Equal(0, transport.LaneOf(4, uplink)!.InterfaceIndex);
    });

    [Fact]
    public void An_uplink_lane_sends_again_without_a_source_that_is_gone() => WithUplink((transport, tunnel, peer, uplink) =>
    {
        var gone = new LocalAddress(Endpoint.From(IPEndPoint.Parse("198.51.100.7:1")).Address, uplink);
        var lane = transport.LaneOf(4, uplink)!;
        lane.Reserve(Size, tunnel).Clear();
        lane.Commit(Size, Nobody, gone, peer, Ecn.NotCapable);
        lane.Flush(tunnel);
        Assert.Equal(0, tunnel.Drops[Drop.SendFailed]);
    });

    [Fact]
    public void What_an_uplink_that_was_deleted_can_not_send_is_lost_by_name() => WithUplink((transport, tunnel, peer, uplink) =>
    {
        using (var routes = new RouteSocket()) routes.DeleteLink(uplink);
        var lane = transport.LaneOf(4, uplink)!;
        for (var i = 0; i < 2; i++) Commit(lane, tunnel, Nobody, peer);
        lane.Flush(tunnel);
        Assert.False(lane.IsBlocked);
        Assert.Equal(2, peer.Drops![Drop.SendFailed]);
    });

    [Fact]
    public void What_is_said_of_one_peers_datagrams_costs_another_nothing()
    {
        var random = new SimRandom(1);
        var end = new TestEnd(1, random);
        var (dead, alive) = (end.Add(new TestEnd(2, random)), end.Add(new TestEnd(3, random)));
        using var receiver = UdpSocket.Open(AddressFamily.InterNetwork);
        using var transport = UdpTransport.Open(0, 0, Offload.Parse(""));
        dead.SetEndpoint(UdpErrorTests.Nobody(AddressFamily.InterNetwork).ToEndpoint());
        alive.SetEndpoint(Endpoint.From(new IPEndPoint(IPAddress.Loopback, receiver.Port)));
        var lane = transport.LaneOf(4)!;
        for (var i = 0; i < 60; i++)
        {
            Assert.True(Commit(lane, end.Tunnel, (i % 2 == 0 ? dead : alive).Endpoint, i % 2 == 0 ? dead : alive));
            if (i % 7 == 0) lane.Flush(end.Tunnel);
        }
        lane.Flush(end.Tunnel);
        Assert.Equal(30, receiver.Receive(new ReceiveBatch(64, Size)));
        Assert.Equal((0, 0), (end.Tunnel.Drops[Drop.SendFailed], end.Tunnel.Drops[Drop.SendBufferFull]));

        var errors = new InboundErrors(end.Tunnel);
        UdpErrorTests.WaitForError(lane.Socket);
        errors.Run(lane, transport, new Now(Start, 0));
        Assert.Equal((true, false), (dead.IsHinted, alive.IsHinted));
    }

    [Theory]
    [InlineData(Errno.ECONNREFUSED, 3, 3, UnreachableKind.Port), InlineData(Errno.EHOSTUNREACH, 3, 1, UnreachableKind.Host)]
    [InlineData(Errno.ENETUNREACH, 3, 0, UnreachableKind.Network), InlineData(Errno.EHOSTUNREACH, 3, 13, UnreachableKind.Prohibited)]
    [InlineData(Errno.EMSGSIZE, 3, 4, UnreachableKind.TooBig), InlineData(Errno.EHOSTUNREACH, 11, 0, UnreachableKind.Other)]
    public void What_icmp_says_has_a_name(int errno, byte type, byte code, UnreachableKind kind)
    {
        var by = DatagramAddress.From(IPEndPoint.Parse("192.0.2.1:0"));
        var told = InboundErrors.ToUnreachable(new DatagramError(errno, ErrorOrigin.Icmp, type, code, 1280, default, by));
        Assert.Equal(new Unreachable(kind, Nobody.Address with { High = 0xc0000201UL << 32 }, 4, 1280), told);
    }

    [Theory]
    [InlineData(Errno.ECONNREFUSED, 1, 4, UnreachableKind.Port), InlineData(Errno.EHOSTUNREACH, 1, 3, UnreachableKind.Host)]
    [InlineData(Errno.ENETUNREACH, 1, 0, UnreachableKind.Network), InlineData(Errno.EACCES, 1, 1, UnreachableKind.Prohibited)]
    [InlineData(Errno.EMSGSIZE, 2, 0, UnreachableKind.TooBig), InlineData(Errno.EHOSTUNREACH, 3, 0, UnreachableKind.Other)]
    public void And_so_has_what_icmp_for_ipv6_says(int errno, byte type, byte code, UnreachableKind kind) =>
        Assert.Equal(kind, InboundErrors.ToUnreachable(new DatagramError(errno, ErrorOrigin.Icmp6, type, code, 0, default, default)).Kind);

    private static void WithUplink(Action<UdpTransport, Tunnel, Peer, int> test) => KernelRoom.Run(() =>
    {
        MakeWire();
        var (tunnel, peer) = NewPeer();
        using var routes = new RouteSocket();
        using var transport = UdpTransport.Open(0, 0, Offload.Parse(""));
        var uplink = routes.Link("near0")!.Index;
        Assert.NotNull(transport.OpenFor(uplink, 4));
        test(transport, tunnel, peer, uplink);
    });

    // Ends a turn in which the IPv4 socket took no more, with one datagram waiting for it.
    private static void Blocked(Action<UdpTransport, Tunnel, Peer> test) => KernelRoom.Run(() =>
    {
        MakeWire();
        var (tunnel, peer) = NewPeer();
        var narrow = new UdpOptions { SendBuffer = 1 }; // the kernel's least
        UdpLane[] lanes = [new(UdpSocket.Open(AddressFamily.InterNetwork, narrow)),
            new(UdpSocket.Open(AddressFamily.InterNetworkV6))];
        using var transport = new UdpTransport(lanes, 0, Offload.Parse(""));
        var lane = transport.LaneOf(4)!;
        while (!lane.IsBlocked)
        {
            Assert.True(Commit(lane, tunnel, Nobody, peer));
            lane.Flush(tunnel);
        }
        EndTurn(transport, tunnel, Start);
        test(transport, tunnel, peer);
    });

    private static void MakeWire()
    {
        using var routes = new RouteSocket();
        routes.CreateVeth("near0", "far0");
        routes.SetUp(routes.Link("lo")!.Index, true);
        routes.SetUp(routes.Link("far0")!.Index, true);
        var near = routes.Link("near0")!.Index;
        routes.SetUp(near, true);
        routes.AddAddress(new AddressState
        { InterfaceIndex = near, Address = IPAddress.Parse("192.0.2.1"), PrefixLength = 24 });
    }

    private static bool Commit(UdpLane lane, Tunnel tunnel, in Endpoint to, Peer? owner)
    {
        if (lane.Reserve(Size, tunnel).IsEmpty) return false;
        lane.Commit(Size, to, default, owner, Ecn.NotCapable);
        return true;
    }

    private static void EndTurn(UdpTransport transport, Tunnel tunnel, MonoTime now)
    {
        transport.Flush(tunnel);
        foreach (var lane in transport.Lanes) lane.EndTurn(now);
    }

    private static (Tunnel Tunnel, Peer Peer) NewPeer()
    {
        var random = new SimRandom(1);
        var end = new TestEnd(1, random);
        return (end.Tunnel, end.Add(new TestEnd(2, random)));
    }
}
