using System.Collections.Concurrent;
using Holdfast.Engine;
using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Uplinks;
using Holdfast.Linux.Files;
using Holdfast.Protocol.Paths;
using Holdfast.Tests.Linux;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Uplinks;

/// <summary>Uplinks that come and go in a network namespace, and what is told of them.</summary>
public sealed class UplinkWatchTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public void Two_are_found_and_a_pulled_wire_is_told_and_its_return() => WithWatch((room, heard) =>
    {
        heard.Gives(room.Index(1), room.Index(2));
        room.Pull(1);
        heard.Gives(room.Index(2));
        heard.Shows("up1", UplinkState.NoCarrier);
        room.Plug(1);
        heard.Gives(room.Index(1), room.Index(2));
        room.Pull(1);
        room.Pull(2);
        heard.Gives();
    });

    [Fact]
    public void An_address_and_a_route_that_go_are_told_and_their_return() => WithWatch((room, heard) =>
    {
        heard.Gives(room.Index(1), room.Index(2));
        room.DeleteDefault(2);
        heard.Gives(room.Index(1));
        heard.Shows("up2", UplinkState.NoGateway);
        room.AddDefault(2);
        heard.Gives(room.Index(1), room.Index(2));
        room.DeleteAddress(1); // the kernel takes its routes along, and says nothing of them
        heard.Gives(room.Index(2));
        heard.Shows("up1", UplinkState.NoAddress);
        room.AddAddress(1);
        heard.Shows("up1", UplinkState.NoGateway);
        room.AddDefault(1);
        heard.Gives(room.Index(1), room.Index(2));
        room.Routes.SetUp(room.Index(2), false);
        heard.Gives(room.Index(1));
        heard.Shows("up2", UplinkState.Down);
    });

    [Fact]
    public void One_that_is_deleted_and_comes_again_has_another_number() => WithWatch((room, heard) =>
    {
        heard.Gives(room.Index(1), room.Index(2));
        var old = room.Index(2);
        room.Routes.DeleteLink(old);
        heard.Gives(room.Index(1));
        heard.Shows("up2", UplinkState.Gone);
        room.AddUplink(2);
        Assert.NotEqual(old, room.Index(2));
        heard.Gives(room.Index(1), room.Index(2));
    });

    [Fact]
    public void One_found_by_itself_is_nobody_s_business_until_a_second_comes() => WithWatch((room, heard) =>
    {
        heard.Gives();
        heard.Shows("up1", UplinkState.Up);
        room.AddUplink(2);
        heard.Gives(room.Index(1), room.Index(2));
        room.Pull(2);
        heard.Gives(room.Index(1));
    }, uplinks: 1);

    [Fact]
    public void A_list_counts_alone_and_can_change() => WithWatch((room, heard) =>
    {
        heard.Gives(room.Index(2));
        heard.Shows("usb0", UplinkState.Gone);
        heard.Watch.SetListed([new("up1", 7), new("up2")]);
        heard.Gives(room.Index(1), room.Index(2));
        Assert.Equal(7, heard.Last[0].Weight);
        heard.Watch.SetListed([]);
        Eventually(() => heard.Watch.Uplinks is [{ IsListed: false, IsUp: true }, _], () => string.Join("; ", heard.Watch.Uplinks));
    }, listed: [new("up2"), new("usb0")]);

    [Fact]
    public void A_strict_filter_is_named() => UplinkRoom.Run(room =>
    {
        Sysctl.Write("net/ipv4/conf/up2/rp_filter", "1");
        Sysctl.Write("net/ipv4/conf/all/rp_filter", "0");
        using var watch = UplinkWatch.Start([], NullLogger.Instance);
        Assert.Null(watch.Uplinks[0].StrictFilter);
        Assert.Equal("net.ipv4.conf.up2.rp_filter", watch.Uplinks[1].StrictFilter);
        Sysctl.Write("net/ipv4/conf/up2/rp_filter", "2"); // the cure
        room.DeleteDefault(1);
        room.AddDefault(1);
        Eventually(() => watch.Uplinks[1].StrictFilter is null, () => string.Join("; ", watch.Uplinks));
    });

    [Fact]
    public void A_tunnel_has_sockets_for_each_and_keeps_them_at_another_port() => WithWatch((room, heard) =>
    {
        var tunnel = RunningTunnel.Start(new TunnelOptions { Name = "hft0", ListenPort = 4500 }, NullLogger.Instance);
        try
        {
            Assert.Equal(1, Sockets(4500));
            heard.Watch.Follow(tunnel.HearUplinks, () => tunnel.IsBusy);
            Eventually(() => Sockets(4500) == 3, () => $"{Sockets(4500)} sockets");
            tunnel.ApplyAsync(new DeviceChange { ListenPort = 4501 }).GetAwaiter().GetResult();
            Assert.Equal((0, 3), (Sockets(4500), Sockets(4501)));
            room.Pull(2);
            Eventually(() => Sockets(4501) == 2, () => $"{Sockets(4501)} sockets");
            room.Routes.DeleteLink(room.Index(2));
            room.AddUplink(2);
            Eventually(() => Sockets(4501) == 3, () => $"{Sockets(4501)} sockets");
            heard.Watch.Leave(tunnel.HearUplinks);
        }
        finally
        {
            tunnel.EndAsync(new EndReason(EndKind.Down, "test")).GetAwaiter().GetResult();
            tunnel.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    });

    // IPv4 sockets on a port in this thread's namespace.
    private static int Sockets(int port) =>
        File.ReadLines("/proc/thread-self/net/udp").Count(line => line.Contains($":{port:X4} 00000000:", StringComparison.Ordinal));

    private static void Eventually(Func<bool> condition, Func<string> state)
    {
        if (!SpinWait.SpinUntil(condition, Deadline)) Assert.Fail($"not so after {Deadline}: {state()}");
    }

    private static void WithWatch(
        Action<UplinkRoom, Ear> test, ValueList<UplinkConfig>? listed = null, int uplinks = 2) => UplinkRoom.Run(room =>
    {
        using var watch = UplinkWatch.Start(listed ?? [], NullLogger.Instance);
        test(room, new Ear(watch));
    }, uplinks: uplinks);

    /// <summary>Hears what is told, and waits for it.</summary>
    private sealed class Ear
    {
        private readonly BlockingCollection<UsableUplinks> _told = [];

        internal Ear(UplinkWatch watch)
        {
            Watch = watch;
            watch.Follow(_told.Add, () => true);
            Last = _told.Take().Uplinks;
        }

        internal UplinkWatch Watch { get; }

        internal IReadOnlyList<LocalUplink> Last { get; private set; }

        /// <summary>These are told, sooner or later.</summary>
        internal void Gives(params int[] indices)
        {
            while (!Last.Select(uplink => uplink.InterfaceIndex).SequenceEqual(indices))
            {
                Assert.True(_told.TryTake(out var next, Deadline),
                    $"not {string.Join(", ", indices)} after {Deadline}; last {string.Join("; ", Last)}; {string.Join("; ", Watch.Uplinks)}");
                Last = next.Uplinks;
            }
        }

        internal void Shows(string name, UplinkState state) => Eventually(
            () => Watch.Uplinks.Any(uplink => uplink.Interface == name && uplink.State == state),
            () => string.Join("; ", Watch.Uplinks));
    }
}
