using Holdfast.Engine;
using Holdfast.Engine.Health;
using Holdfast.Protocol;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Health;

/// <summary>Hold-downs in virtual time, and how many events are told.</summary>
public sealed class HoldDownTests
{
    private static readonly MonoTime Start = new(1_000_000_000);

    [Fact]
    public void A_first_return_waits_for_nothing() =>
        Assert.True(default(HoldDown).Lost(Start).Returned(Start).Until.Passed(Start));

    [Fact]
    public void A_wait_is_double_the_last_or_forgiven_and_never_longer_than_the_longest()
    {
        for (var seed = 1UL; seed <= 200; seed++) Waits(seed);
    }

    private static void Waits(ulong seed)
    {
        var random = new SimRandom(seed);
        var (hold, now, wait, back) = (default(HoldDown), Start, TimeSpan.Zero, Start);
        for (var loss = 0; loss < 50; loss++)
        {
            now += TimeSpan.FromSeconds(random.Next(400));
            var isForgiven = loss == 0 || now - back >= EngineLimits.FlapForgivenAfter;
            hold = hold.Lost(now);
            now += TimeSpan.FromSeconds(random.Next(1000));
            (hold, back) = (hold.Returned(now), now);
            wait = isForgiven ? TimeSpan.Zero : wait == TimeSpan.Zero ? EngineLimits.HoldDown : wait * 2;
            if (wait > EngineLimits.LongestHoldDown) wait = EngineLimits.LongestHoldDown;
            Assert.True(hold.Until - now == wait, $"seed {seed}: {hold.Until - now} instead of {wait} after loss {loss}");
        }
    }

    [Fact]
    public void Whatever_flaps_is_used_a_few_times_in_ten_minutes_at_most()
    {
        for (var seed = 1UL; seed <= 200; seed++) Uses(seed);
    }

    private static void Uses(ulong seed)
    {
        var random = new SimRandom(seed);
        var (hold, now, uses) = (default(HoldDown), Start, 0);
        while (now - Start < TimeSpan.FromMinutes(10))
        {
            hold = hold.Lost(now);
            now += TimeSpan.FromMilliseconds(100 + random.Next(2000));
            hold = hold.Returned(now);
            now += TimeSpan.FromMilliseconds(100 + random.Next(4000));
            if (hold.Until.Passed(now)) uses++;
        }
        Assert.True(uses <= 3, $"seed {seed}: used {uses} times in ten minutes");
    }

    [Fact]
    public void Nothing_of_it_allocates()
    {
        var hold = default(HoldDown);
        var limit = new EventLimit(3);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                hold = hold.Lost(Start).Returned(Start);
                limit.Take(Start);
            }
        }));
    }

    [Fact]
    public void Events_beyond_a_bound_are_counted_and_said_afterwards()
    {
        var limit = new EventLimit(3);
        var now = Start;
        for (var i = 1; i <= 10; i++)
            Assert.Equal(new EventLimit.Verdict(i <= 3, i == 4, 0), limit.Take(now += TimeSpan.FromMilliseconds(1)));
        Assert.Equal(new EventLimit.Verdict(true, false, 7), limit.Take(Start + EngineLimits.EventSpan + TimeSpan.FromSeconds(1)));
        Assert.Equal(new EventLimit.Verdict(true, false, 0), limit.Take(Start + EngineLimits.EventSpan + TimeSpan.FromSeconds(2)));
    }
}
