using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol;

public sealed class TimeTests
{
    [Fact]
    public void Never_stays_never()
    {
        var second = TimeSpan.FromSeconds(1);
        Assert.Equal(MonoTime.Never, MonoTime.Never + second);
        Assert.Equal(MonoTime.Never, new MonoTime(long.MaxValue - 5) + second);
        Assert.Equal(MonoTime.Never, new MonoTime(0) + TimeSpan.MaxValue);
        Assert.True((MonoTime.LongAgo + TimeSpan.FromDays(1)).Passed(new MonoTime(0)));
        Assert.True(MonoTime.Never - MonoTime.LongAgo > TimeSpan.FromDays(100_000));
        Assert.True(MonoTime.LongAgo - MonoTime.Never < TimeSpan.Zero);
    }

    [Fact]
    public void Times_and_spans_are_those_of_wider_numbers()
    {
        var random = new Random(5);
        for (var i = 0; i < 100_000; i++)
        {
            var (left, right) = (Any(), Any());
            var later = (long)Int128.Clamp((Int128)right * 100 + left, long.MinValue, long.MaxValue);
            Assert.Equal(later, (new MonoTime(left) + new TimeSpan(right)).Nanoseconds);
            Assert.Equal((long)(((Int128)left - right) / 100), (new MonoTime(left) - new MonoTime(right)).Ticks);
        }

        // Of every size, near both ends and near 0.
        long Any() => random.Next(8) switch
        {
            0 => long.MaxValue - random.Next(1000),
            1 => long.MinValue + random.Next(1000),
            _ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
        };
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(-2_208_988_800_000_000_000L)] // 1900
    [InlineData(1_700_000_000_123_456_789L)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void A_label_is_its_moment_rounded_down(long unix)
    {
        var label = Tai64n.FromUnix(unix);
        Assert.InRange(label.Nanoseconds, 0u, 999_999_999u);
        Assert.Equal(0u, label.Nanoseconds & 0xFFFFFF);
        if (unix > long.MinValue + 2_000_000_000 && unix < long.MaxValue - 2_000_000_000)
            Assert.InRange(unix - label.ToUnix(), 0, (1 << 24) - 1);
        Assert.Equal(0x400000000000000AUL + (ulong)(long)Math.Floor(unix / 1e9m), label.Seconds);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(999_292_928u)]
    [InlineData(uint.MaxValue)] // no label of ours, but a floor may come from a damaged file
    public void The_next_label_is_later_whatever_the_clock_says(uint nanoseconds)
    {
        var last = new Tai64n(Tai64n.FromUnix(1_700_000_000_000_000_000).Seconds, nanoseconds);
        foreach (var clock in new[] { 0, long.MinValue, 1_600_000_000_000_000_000, 1_700_000_000_000_000_000 })
        {
            var label = last;
            for (var i = 0; i < 200; i++)
            {
                var next = Tai64n.After(label, clock);
                Assert.True(next > label);
                Assert.Equal(0u, next.Nanoseconds & 0xFFFFFF);
                label = next;
            }
        }
    }
}
