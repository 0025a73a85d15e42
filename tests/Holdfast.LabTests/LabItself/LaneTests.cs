namespace Holdfast.LabTests.LabItself;

/// <summary>The arithmetic of one direction of a wire, in virtual time.</summary>
public sealed class LaneTests
{
    private static readonly byte[] Packet = new byte[1000];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 50)];

    [Fact]
    public void A_perfect_lane_hands_over_at_once()
    {
        var lane = new Lane(1);
        Assert.Equal(DropCause.None, lane.Offer([0x45, 7], At(3)));
        Assert.True(lane.TryTake(At(3), out var packet));
        Assert.Equal([0x45, 7], packet.ToArray());
        Assert.False(lane.TryTake(At(3), out _));
    }

    [Fact]
    public void Delay_is_exact()
    {
        var lane = new Lane(1) { Faults = new Faults { Delay = Ms(20) } };
        lane.Offer(Packet, At(5));
        Assert.Equal(At(25), lane.NextDue);
        Assert.False(lane.TryTake(At(25) - TimeSpan.FromTicks(1), out _));
        Assert.True(lane.TryTake(At(25), out _));
        Assert.Null(lane.NextDue);
    }

    [Fact]
    public void Jitter_spreads_but_keeps_the_order()
    {
        var lane = new Lane(2) { Faults = new Faults { Delay = Ms(10), Jitter = Ms(30) } };
        var delays = new List<double>();
        for (var i = 0; i < 1000; i++)
        {
            // Far apart, so that each one's delay is its own.
            var sent = At(i * 100);
            lane.Offer(Packet, sent);
            delays.Add((lane.NextDue!.Value - sent).TotalMilliseconds);
            Assert.True(lane.TryTake(lane.NextDue.Value, out _));
        }
        Assert.InRange(delays.Min(), 10, 11);
        Assert.InRange(delays.Max(), 39, 40);
        Assert.InRange(delays.Average(), 23, 27);

        var order = SendNumbered(lane, 200, every: 1);
        Assert.Equal(order.Order(), order);
    }

    [Fact]
    public void Reordering_lets_later_packets_overtake()
    {
        var lane = new Lane(3) { Faults = new Faults { Reorder = .1, HeldBack = Ms(5) } };
        var order = SendNumbered(lane, 1000, every: 1);
        Assert.Equal(Enumerable.Range(0, 1000), order.Order());
        Assert.NotEqual(order.Order(), order);
        Assert.InRange(lane.Counters.Reordered, 60, 140);
    }

    [Fact]
    public void Loss_and_duplicates_come_as_often_as_asked()
    {
        var lane = new Lane(4) { Faults = new Faults { Loss = .2, Duplicate = .1 } };
        var order = SendNumbered(lane, 10_000, every: 1);
        Assert.InRange(lane.Counters.DroppedAs(DropCause.Lost), 1850, 2150);
        Assert.InRange(lane.Counters.Duplicated, 700, 900);
        Assert.Equal(10_000 - lane.Counters.Dropped + lane.Counters.Duplicated, order.Count);
    }

    [Fact]
    public void A_rate_spaces_packets_out_and_its_buffer_is_bounded()
    {
        // 8 Mbit/s: a packet of 1,000 bytes takes a millisecond.
        var lane = new Lane(5) { Faults = new Faults { Rate = 8_000_000, Buffer = 10_000 } };
        for (var i = 0; i < 15; i++)
            lane.Offer(Packet, At(0));
        Assert.Equal(10, lane.InFlight);
        Assert.Equal(5, lane.Counters.DroppedAs(DropCause.BufferFull));
        for (var i = 1; i <= 10; i++)
        {
            Assert.Equal(At(i), lane.NextDue);
            Assert.True(lane.TryTake(At(i), out _));
        }
        // Half of the buffer drains in half of the time.
        Assert.Equal(DropCause.None, lane.Offer(Packet, At(10)));
        Assert.Equal(At(11), lane.NextDue);
    }

    [Fact]
    public void A_rate_holds_for_small_packets_at_high_speed()
    {
        var lane = new Lane(6) { Faults = new Faults { Rate = 1_000_000_000, Buffer = int.MaxValue } };
        for (var i = 0; i < 10_000; i++)
            lane.Offer(Packet.AsSpan(0, 60), At(0));
        var taken = 0;
        while (lane.TryTake(Ms(2.4), out _))
            taken++;
        // 2.4 ms at 1 Gbit/s are 300,000 bytes.
        Assert.InRange(taken, 4990, 5000);
    }

    [Fact]
    public void A_cut_takes_what_is_in_flight_too()
    {
        var lane = new Lane(7) { Faults = new Faults { Delay = Ms(10) } };
        lane.Offer(Packet, At(0));
        lane.Faults = lane.Faults with { Cut = true };
        Assert.Equal(DropCause.Cut, lane.Offer(Packet, At(1)));
        Assert.False(lane.TryTake(At(10), out _));
        Assert.Equal(2, lane.Counters.DroppedAs(DropCause.Cut));
        lane.Faults = lane.Faults with { Cut = false };
        Assert.Equal(DropCause.None, lane.Offer(Packet, At(11)));
        Assert.True(lane.TryTake(At(21), out _));
    }

    [Fact]
    public void Big_and_blocked_packets_are_named()
    {
        var lane = new Lane(8) { Faults = new Faults { Mtu = 999, Blocks = p => p.Length < 10 } };
        Assert.Equal(DropCause.TooBig, lane.Offer(Packet, At(0)));
        Assert.Equal(DropCause.Blocked, lane.Offer(Packet.AsSpan(0, 9), At(0)));
        Assert.Equal(DropCause.None, lane.Offer(Packet.AsSpan(0, 999), At(0)));
    }

    [Fact]
    public void More_than_the_relay_holds_is_dropped()
    {
        var lane = new Lane(9) { Faults = new Faults { Delay = Ms(1) } };
        for (var i = 0; i < Lane.MostInFlight; i++)
            Assert.Equal(DropCause.None, lane.Offer(Packet.AsSpan(0, 20), At(0)));
        Assert.Equal(DropCause.Overflow, lane.Offer(Packet.AsSpan(0, 20), At(0)));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Nothing_is_lost_without_a_name(int seed)
    {
        var dice = new Random(seed);
        var lane = new Lane(seed);
        long taken = 0;
        var now = TimeSpan.Zero;
        for (var step = 0; step < 2_000; step++)
        {
            now += Ms(dice.NextDouble() * 3);
            if (dice.Next(100) == 0)
                lane.Faults = AnyFaults(dice);
            for (var burst = dice.Next(4); burst > 0; burst--)
                lane.Offer(Packet.AsSpan(0, dice.Next(20, 1000)), now);
            while (lane.TryTake(now, out _))
                taken++;
        }
        var counters = lane.Counters;
        Assert.True(counters.Offered + counters.Duplicated == taken + counters.Dropped + lane.InFlight,
            $"seed {seed}: {counters}, taken {taken}, in flight {lane.InFlight}");
    }

    [Theory, MemberData(nameof(Seeds))]
    public void The_same_seed_has_the_same_fate(int seed)
    {
        var faults = new Faults { Loss = .1, Duplicate = .1, Reorder = .1, Jitter = Ms(3), Delay = Ms(1) };
        var first = SendNumbered(new Lane(seed) { Faults = faults }, 200, every: 1);
        Assert.Equal(first, SendNumbered(new Lane(seed) { Faults = faults }, 200, every: 1));
        Assert.NotEqual(first, SendNumbered(new Lane(seed + 1) { Faults = faults }, 200, every: 1));
    }

    private static Faults AnyFaults(Random dice) => new()
    {
        Delay = Ms(dice.Next(20)),
        Jitter = Ms(dice.Next(10)),
        Loss = dice.NextDouble() / 2,
        Duplicate = dice.NextDouble() / 2,
        Reorder = dice.NextDouble() / 2,
        Rate = dice.Next(2) == 0 ? null : dice.Next(100_000, 10_000_000),
        Buffer = dice.Next(1_000, 20_000),
        Mtu = dice.Next(2) == 0 ? null : dice.Next(100, 1000),
        Cut = dice.Next(5) == 0,
    };

    private static List<int> SendNumbered(Lane lane, int count, double every)
    {
        var start = TimeSpan.FromHours(1);
        var arrived = new List<int>();
        var packet = new byte[20];
        for (var i = 0; i < count; i++)
        {
            var now = start + Ms(i * every);
            BitConverter.TryWriteBytes(packet, i);
            lane.Offer(packet, now);
            TakeAll(lane, now, arrived);
        }
        TakeAll(lane, start + TimeSpan.FromHours(1), arrived);
        return arrived;
    }

    private static void TakeAll(Lane lane, TimeSpan now, List<int> arrived)
    {
        while (lane.TryTake(now, out var packet))
            arrived.Add(BitConverter.ToInt32(packet.Span));
    }

    private static TimeSpan At(double milliseconds) => Ms(milliseconds);

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
