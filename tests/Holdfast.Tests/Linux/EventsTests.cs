using Holdfast.Linux;
using Holdfast.Linux.Events;

namespace Holdfast.Tests.Linux;

public sealed class EventsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_bell_is_heard_with_its_token_until_acknowledged()
    {
        using var epoll = new Epoll();
        using var bell = new EventFd();
        var events = new EpollEvent[4];
        epoll.Add(bell.Fd, EpollInterest.Readable, 0xfeed_face_dead_beef);
        Assert.Equal(0, epoll.Wait(events, TimeSpan.Zero));
        bell.Signal();
        bell.Signal();
        Assert.Equal(1, epoll.Wait(events, Deadline));
        Assert.Equal(new EpollEvent(0xfeed_face_dead_beef, EpollInterest.Readable), events[0]);
        Assert.Equal(2UL, bell.Acknowledge());
        Assert.Equal(0UL, bell.Acknowledge());
        Assert.Equal(0, epoll.Wait(events, TimeSpan.Zero));
    }

    [Fact]
    public void A_bell_rung_after_its_end_wakes_nobody()
    {
        var bell = new EventFd();
        bell.Dispose();
        bell.Signal();
        Assert.Throws<ObjectDisposedException>(() => bell.Acknowledge());
    }

    [Fact]
    public void Many_events_come_at_once_each_with_its_token()
    {
        using var epoll = new Epoll();
        var bells = Enumerable.Range(0, 80).Select(_ => new EventFd()).ToList();
        for (var i = 0; i < bells.Count; i++)
        {
            epoll.Add(bells[i].Fd, EpollInterest.Readable, (ulong)i);
            bells[i].Signal();
        }
        var seen = new HashSet<ulong>();
        var events = new EpollEvent[100];
        while (epoll.Wait(events, TimeSpan.Zero) is > 0 and var count)
        {
            foreach (var happened in events.AsSpan(0, count))
            {
                Assert.True(seen.Add(happened.Token), $"token {happened.Token} twice");
                bells[(int)happened.Token].Acknowledge();
            }
        }
        Assert.Equal(bells.Count, seen.Count);
        bells.ForEach(bell => bell.Dispose());
    }

    [Fact]
    public void Interest_can_be_changed_and_taken_back()
    {
        using var epoll = new Epoll();
        using var bell = new EventFd();
        var events = new EpollEvent[4];
        epoll.Add(bell.Fd, EpollInterest.None, 1);
        bell.Signal();
        Assert.Equal(0, epoll.Wait(events, TimeSpan.Zero));
        epoll.Modify(bell.Fd, EpollInterest.Readable | EpollInterest.Writable, 2);
        Assert.Equal(1, epoll.Wait(events, TimeSpan.Zero));
        Assert.Equal(new EpollEvent(2, EpollInterest.Readable | EpollInterest.Writable), events[0]);
        epoll.Remove(bell.Fd);
        Assert.Equal(0, epoll.Wait(events, TimeSpan.Zero));
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => epoll.Remove(bell.Fd)).Errno);
    }

    [Fact]
    public void An_alarm_sounds_when_its_time_has_come_and_not_after_it_was_taken_back()
    {
        using var epoll = new Epoll();
        using var timer = new TimerFd();
        var events = new EpollEvent[4];
        epoll.Add(timer.Fd, EpollInterest.Readable, 7);

        timer.Arm(0);
        Assert.Equal(1, epoll.Wait(events, Deadline));
        Assert.True(timer.Acknowledge());
        Assert.False(timer.Acknowledge());

        var at = MonotonicClock.Now + 2_000_000;
        timer.Arm(at);
        Assert.Equal(1, epoll.Wait(events, Deadline));
        Assert.True(MonotonicClock.Now >= at);

        timer.Disarm();
        Assert.Equal(0, epoll.Wait(events, TimeSpan.Zero));
        timer.Arm(MonotonicClock.Now + 3_600_000_000_000);
        Assert.Equal(0, epoll.Wait(events, TimeSpan.Zero));
    }

    [Fact]
    public void Waiting_and_ringing_allocate_nothing()
    {
        using var epoll = new Epoll();
        using var bell = new EventFd();
        using var timer = new TimerFd();
        var events = new EpollEvent[4];
        epoll.Add(bell.Fd, EpollInterest.Readable, 1);
        Turn(10);
        Assert.Equal(0, Allocated.By(() => Turn(1000)));

        void Turn(int times)
        {
            for (var i = 0; i < times; i++)
            {
                bell.Signal();
                timer.Arm(MonotonicClock.Now + 1_000_000_000);
                epoll.Wait(events, Timeout.InfiniteTimeSpan);
                bell.Acknowledge();
                timer.Acknowledge();
                timer.Disarm();
            }
        }
    }
}
