using System.Net;

namespace Holdfast.LabTests.LabItself;

public sealed class WireTests : LabTest
{
    [Fact]
    public async Task A_wire_carries_both_families()
    {
        var lab = await Draw("site =isp1= hub", "site == hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        foreach (var wire in lab.Wires)
        {
            await site.Carries(wire.Far.V4, Seconds(2));
            await hub.Carries(wire.Near.V6, Seconds(2));
        }
        Assert.Equal(["isp1", "wire1"], lab.Wires.Select(w => w.Name));
        Assert.Equal("192.0.2.2", lab.Wire("isp1").Far.V4);
        Assert.True(lab.Wire("isp1").Forward.Counters.Passed >= 2);
    }

    [Fact]
    public async Task A_wire_is_silent_until_somebody_speaks()
    {
        var lab = await Draw("site =isp= hub");
        var wire = lab.Wire("isp");
        await Ping.Run(lab.Host("site"), wire.Far.V4, 3, Milliseconds(10));
        Assert.Equal(3, wire.Forward.Counters.Offered);
        Assert.Equal(3 * 84, wire.Backward.Counters.PassedBytes);
    }

    [Fact]
    public async Task Names_and_addresses_may_be_given()
    {
        var lab = await Draw("site", "hub");
        var wire = await lab.AddWire(lab.Host("site"), lab.Host("hub"), new WireOptions
        {
            Name = "w",
            NearInterface = "wwan0",
            FarInterface = "eth0",
            NearAddresses = ["10.1.0.1/30"],
            FarAddresses = ["10.1.0.2/30", "fd01::2/64"],
            InterfaceMtu = 9000,
        });
        await lab.Host("site").Carries("10.1.0.2", Seconds(2));
        Assert.Contains("mtu 9000", (await lab.Host("site").Run("ip", "link", "show", "wwan0")).Output);
        Assert.Equal("fd01::2", wire.Far.V6);
        Assert.Throws<LabException>(() => wire.Near.V6);
    }

    [Fact]
    public async Task Delay_changes_while_traffic_runs()
    {
        var lab = await Draw("site =isp= hub");
        var wire = lab.Wire("isp");
        wire.Change(f => f with { Delay = Milliseconds(20) });
        var slow = await Ping.Run(lab.Host("site"), wire.Far.V4, 20, Milliseconds(10));
        Assert.Equal(20, slow.Received);
        Assert.True(slow.Least >= Milliseconds(40), $"{slow}");
        wire.Backward.Faults = Faults.None;
        var quicker = await Ping.Run(lab.Host("site"), wire.Far.V4, 20, Milliseconds(10));
        Assert.InRange(quicker.Least, Milliseconds(20), Milliseconds(39));
    }

    [Fact]
    public async Task A_cut_is_silent_and_an_unplugged_end_is_seen()
    {
        var lab = await Draw("site =isp= hub");
        var (site, wire) = (lab.Host("site"), lab.Wire("isp"));
        wire.Cut();
        Assert.Equal(0, (await Ping.Run(site, wire.Far.V4, 3, Milliseconds(10))).Received);
        Assert.Equal(3, wire.Forward.Counters.DroppedAs(DropCause.Cut));
        Assert.Contains("LOWER_UP", await Flags(wire.Near));
        wire.Restore();
        await site.Carries(wire.Far.V4, Seconds(2));

        wire.Unplug(WireSide.Near);
        Assert.Contains("NO-CARRIER", await Flags(wire.Near));
        Assert.Contains("LOWER_UP", await Flags(wire.Far));
        Assert.Equal(0, (await Ping.Run(wire.Far.Host, wire.Near.V4, 2, Milliseconds(10))).Received);
        Assert.Equal(2, wire.Backward.Counters.DroppedAs(DropCause.Unplugged));
        wire.Plug();
        await site.Carries(wire.Far.V4, Seconds(2));
        Assert.Contains("LOWER_UP", await Flags(wire.Near));

        static async Task<string> Flags(LinkEnd end)
            => (await end.Host.Run("ip", "link", "show", "dev", end.Interface)).Output;
    }

    [Fact]
    public async Task Loss_duplicates_and_reordering_are_measured_at_the_far_end()
    {
        var lab = await Draw("site =isp= hub");
        var wire = lab.Wire("isp");
        wire.Forward.Faults = new Faults { Loss = .2, Duplicate = .1, Reorder = .1, HeldBack = Milliseconds(20) };
        var got = await Agent.SendDatagrams(lab.Host("site"), lab.Host("hub"), wire.Far.V4, 2_000, 200, 2_000);
        Assert.Equal(2_000, got.Total);
        Assert.InRange(got.Lost, 300, 500);
        Assert.InRange(got.Duplicated, 100, 230);
        Assert.InRange(got.Reordered, 80, 250);
        Assert.True(got.MostDelayMs >= 20, $"{got}");
    }

    [Fact]
    public async Task A_rate_holds_for_TCP()
    {
        var lab = await Draw("site =isp= hub");
        var wire = lab.Wire("isp");
        wire.Forward.Faults = new Faults { Rate = 20_000_000, Buffer = 64 * 1024 };
        var result = await Iperf.Run(lab.Host("site"), lab.Host("hub"), wire.Far.V4);
        Assert.InRange(result.BitsPerSecond, 1e6, 20e6);
        Assert.True(wire.Forward.Counters.DroppedAs(DropCause.BufferFull) > 0, wire.ToString());
    }

    [Fact]
    public async Task A_wire_is_no_bottleneck()
    {
        var lab = await Draw("site =isp= hub");
        var wire = lab.Wire("isp");
        var result = await Iperf.Run(lab.Host("site"), lab.Host("hub"), wire.Far.V6, new() { Streams = 2 });
        // What a machine reaches is for the benchmarks; a relay that copies itself to death is found here.
        Assert.True(result.BitsPerSecond > 100e6, $"{result.BitsPerSecond / 1e6:0} Mbit/s\n{wire}");
        TestContext.Current.TestOutputHelper!.WriteLine($"{result.BitsPerSecond / 1e6:0} Mbit/s");
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_small_MTU_on_the_way_is_told_or_swallows(bool v6)
    {
        var lab = await Draw("site =isp= hub");
        var wire = lab.Wire("isp");
        var far = v6 ? wire.Far.V6 : wire.Far.V4;
        wire.Change(f => f with { Mtu = 1300 });
        Assert.Equal(0, (await Probe()).Received);
        Assert.Equal(2, wire.Forward.Counters.DroppedAs(DropCause.TooBig));
        wire.Change(f => f with { AnswerTooBig = true });
        await Probe();
        Assert.Contains("mtu 1300", (await lab.Host("site").Run("ip", "route", "get", far)).Output);

        Task<PingResult> Probe() => Ping.Run(lab.Host("site"), far, 2, Milliseconds(10), size: 1400);
    }

    [Fact]
    public async Task A_NAT_hides_the_near_end()
    {
        var lab = await Draw("site", "hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        var wire = await lab.AddWire(site, hub,
            new WireOptions { Name = "nat", Nat = new NatOptions { V6 = true, MappingLifetime = Seconds(2) } });
        Assert.Equal("192.168.1.2", wire.Near.V4);
        await site.Carries(wire.Far.V4, Seconds(2));
        await site.Carries(wire.Far.V6, Seconds(2));
        Assert.Equal(0, (await Ping.Run(hub, wire.NatOptions!.PublicV4!.ToString(), 2, Milliseconds(10))).Received);
        Assert.Equal(2, wire.Backward.Counters.DroppedAs(DropCause.NoMapping));

        await using var session = await EchoSession.Open(site, hub, wire.Far.V4);
        var sockets = await hub.Run("ss", "-Htn", "sport", "=", ":7001");
        Assert.Contains(wire.NatOptions.PublicV4.ToString(), sockets.Output);
        await session.Advances(Seconds(2));
        await session.Close();
    }

    [Fact]
    public async Task A_session_lives_through_a_cut_and_tells_its_gap()
    {
        var lab = await Draw("site =isp= hub");
        var (site, hub, wire) = (lab.Host("site"), lab.Host("hub"), lab.Wire("isp"));
        await using var session = await EchoSession.Open(site, hub, wire.Far.V4);
        wire.Cut();
        await Eventually.Until(() => session.Progress.LongestGapMs > 300, Seconds(5), "the gap to show");
        wire.Restore();
        await session.Advances(Seconds(5));
        var whole = await session.Close();
        Assert.Null(whole.Error);
        Assert.True(whole.LongestGapMs >= 300 && whole.Echoed > 0, $"{whole}");
    }

    [Fact]
    public async Task A_broken_session_is_noticed()
    {
        var lab = await Draw("site =isp= hub");
        await using var session = await EchoSession.Open(lab.Host("site"), lab.Host("hub"), lab.Wire("isp").Far.V4);
        await lab.Host("hub").Processes[0].Kill();
        var failure = await Assert.ThrowsAsync<LabException>(async () =>
        {
            while (true)
                await session.Advances(Seconds(5));
        });
        Assert.Contains("the echo session broke", failure.Message);
    }

    [Fact]
    public async Task Crafted_packets_and_firewalls_on_the_way()
    {
        var lab = await Draw("site =isp= hub");
        var (hub, wire) = (lab.Host("hub"), lab.Wire("isp"));
        await using var receiver = Agent.Start(hub, "udp-receive", "7005", "1");
        await receiver.WaitForLine("ready", Seconds(5));
        wire.Inject(WireSide.Far, Packets.Udp(new IPEndPoint(IPAddress.Parse("203.0.113.9"), 9),
            new IPEndPoint(IPAddress.Parse(wire.Far.V4), 7005), new byte[24]));
        Assert.Contains("\"received\":1", await receiver.WaitForLine("received", Seconds(5)));

        wire.Change(f => f with { Blocks = p => IpLayout.TryRead(p, out var l) && l.Protocol == IpLayout.Icmp });
        Assert.Equal(0, (await Ping.Run(hub, wire.Near.V4, 2, Milliseconds(10))).Received);
        Assert.Equal(2, wire.Backward.Counters.DroppedAs(DropCause.Blocked));
    }

    [Fact]
    public async Task A_wire_whose_interface_is_deleted_goes_on_to_count()
    {
        var lab = await Draw("site =isp= hub");
        var wire = lab.Wire("isp");
        await wire.Far.Host.Ip("link del isp");
        Assert.Equal(0, (await Ping.Run(wire.Near.Host, wire.Far.V4, 2, Milliseconds(10))).Received);
        Assert.Equal(2, wire.Forward.Counters.DroppedAs(DropCause.EndDown));
    }
}
