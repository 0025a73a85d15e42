using Holdfast.Control;
using Holdfast.Engine.Health;

namespace Holdfast.Tests.Health;

/// <summary>Events are kept in order, within a bound, and told to whoever waits.</summary>
public sealed class EventRingTests
{
    private static readonly ControlRequest Waiting = new() { Verb = ControlVerbs.Log, Wait = true };

    [Fact]
    public void A_tunnel_s_clients_hear_of_it_and_of_what_concerns_all()
    {
        var ring = new EventRing();
        foreach (var tunnel in new[] { "hf0", "hf1", null }) ring.Add(Event(tunnel));
        var page = ring.Read("hf0", 0, out _);
        Assert.Equal([1L, 3L], page.Events.Select(e => e.Sequence));
        Assert.All(page.Events, e => Assert.Equal(ring.Engine, e.Engine));
        Assert.Equal((3L, 0L, ring.Engine), (page.Last, page.Missed, page.Engine));
        Assert.Equal([3L], ring.Read("hf1", 2, out _).Events.Select(e => e.Sequence));
    }

    [Fact]
    public void The_oldest_go_and_who_had_not_read_them_is_told()
    {
        var ring = new EventRing(capacity: 4);
        for (var i = 0; i < 10; i++) ring.Add(Event("hf0"));
        Assert.Equal([7L, 8L, 9L, 10L], ring.Read("hf0", 0, out _).Events.Select(e => e.Sequence));
        Assert.Equal((4L, 10L), (ring.Read("hf0", 2, out _).Missed, ring.Read("hf0", 2, out _).Last));
        Assert.Equal(0, ring.Read("hf0", 6, out _).Missed);
        Assert.Empty(ring.Read("hf0", 10, out _).Events);
        Assert.Empty(ring.Read("hf0", long.MaxValue, out _).Events);
        Assert.Equal(4, ring.Read("hf0", long.MinValue, out _).Events.Count);
    }

    [Fact]
    public async Task Who_waits_hears_of_the_next_one_of_its_tunnel()
    {
        var ring = new EventRing();
        var asking = ring.AnswerAsync("hf0", Waiting, TestContext.Current.CancellationToken);
        ring.Add(Event("hf1"));
        Assert.False(asking.IsCompleted);
        ring.Add(Event("hf0"));
        Assert.Equal([2L], (await asking).Events.Select(e => e.Sequence));
    }

    [Fact]
    public async Task Waiting_ends_with_an_answer_when_the_engine_does()
    {
        var ring = new EventRing();
        ring.Add(Event("hf0"));
        using var end = new CancellationTokenSource();
        var asking = ring.AnswerAsync("hf0", Waiting with { Engine = ring.Engine, After = 1 }, end.Token);
        Assert.False(asking.IsCompleted);
        await end.CancelAsync();
        Assert.Empty((await asking).Events);
    }

    [Fact]
    public async Task Numbers_of_another_engine_count_for_nothing()
    {
        var ring = new EventRing();
        ring.Add(Event("hf0"));
        var request = Waiting with { Engine = "7-7", After = 1 };
        Assert.Single((await ring.AnswerAsync("hf0", request, TestContext.Current.CancellationToken)).Events);
    }

    [Fact]
    public void Many_may_add_at_once()
    {
        var ring = new EventRing();
        Parallel.For(0, 1000, _ => ring.Add(Event("hf0")));
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => (long)i), ring.Read("hf0", 0, out _).Events.Select(e => e.Sequence));
    }

    private static EngineEvent Event(string? tunnel) =>
        new() { Level = "info", Part = "tunnel", Event = "tunnel-up", Tunnel = tunnel, Text = "text" };
}
