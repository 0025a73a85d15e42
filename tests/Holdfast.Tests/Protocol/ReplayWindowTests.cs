using Holdfast.Protocol;
using Holdfast.Protocol.Peers;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

public sealed class ReplayWindowTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(8192)]
    public void It_agrees_with_a_set_of_all_counters(int bits)
    {
        for (var seed = 1UL; seed <= 30; seed++)
        {
            var random = new SimRandom(seed);
            var window = new ReplayWindow(bits);
            var seen = new HashSet<ulong>();
            var top = 0UL;
            for (var i = 0; i < 5000; i++)
            {
                var counter = random.Next(10) switch
                {
                    0 => top + (ulong)random.Next(3 * bits),
                    1 => random.Next() % (top + 1),
                    < 6 => top + 1,
                    _ => top - Math.Min(top, (ulong)random.Next(2 * bits)),
                };
                var expected = seen.Contains(counter) || (counter < top && top - counter >= (ulong)bits)
                    ? Drop.Replayed : Drop.None;
                Assert.Equal(expected != Drop.None, window.Refuses(counter));
                Assert.True(expected == window.Accept(counter), $"seed {seed}, counter {counter}, top {top}");
                if (expected == Drop.None) seen.Add(counter);
                top = Math.Max(top, expected == Drop.None ? counter : top);
            }
        }
    }

    [Fact]
    public void It_holds_the_width_that_it_promises()
    {
        var window = new ReplayWindow(8192);
        Assert.Equal(Drop.None, window.Accept(8192));
        Assert.Equal(Drop.None, window.Accept(1));
        Assert.Equal(Drop.Replayed, window.Accept(0));
    }

    [Fact]
    public void The_last_counters_work()
    {
        var window = new ReplayWindow(8192);
        Assert.Equal(Drop.None, window.Accept(0));
        Assert.Equal(Drop.None, window.Accept(Limits.RejectAfterMessages - 1));
        Assert.Equal(Drop.Replayed, window.Accept(Limits.RejectAfterMessages - 1));
        Assert.Equal(Drop.None, window.Accept(Limits.RejectAfterMessages - 2));
    }
}
