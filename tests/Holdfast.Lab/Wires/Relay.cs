using Holdfast.Linux.Events;

namespace Holdfast.Labs;

/// <summary>
/// Carries packets between the two ends of a wire on a thread of its own. It decides nothing: the lanes say what
/// happens to a packet and when, the NAT rewrites it (at the near end).
/// </summary>
internal sealed class Relay : IDisposable
{
    private const ulong NearToken = 1, FarToken = 2, TimerToken = 3, BellToken = 4;

    // A turn ends after this many packets of one end, so that the other direction and the timer get theirs.
    private const int PacketsATurn = 64;

    // --- constant after construction ---------------------------------
    private readonly RelayEnd _near, _far;
    private readonly Nat? _nat;
    private readonly Epoll _epoll = new();
    private readonly TimerFd _timer = new();
    private readonly EventFd _bell = new();
    private readonly Thread _thread;
    // --- relay thread only --------------------------------------------
    private readonly byte[] _packet = new byte[65_536];
    private TimeSpan? _armed;
    // --- any thread ----------------------------------------------------
    private volatile bool _stopping;
    private volatile Exception? _failure;

    public Relay(string name, RelayEnd near, RelayEnd far, Nat? nat, int seed)
    {
        _near = near;
        _far = far;
        _nat = nat;
        Forward = new Lane(seed);
        Backward = new Lane(seed + 1);
        _epoll.Add(near.Fd, EpollInterest.Readable, NearToken);
        _epoll.Add(far.Fd, EpollInterest.Readable, FarToken);
        _epoll.Add(_timer.Fd, EpollInterest.Readable, TimerToken);
        _epoll.Add(_bell.Fd, EpollInterest.Readable, BellToken);
        _thread = new Thread(Run) { IsBackground = true, Name = $"wire {name}" };
        _thread.Start();
    }

    public Lane Forward { get; }

    public Lane Backward { get; }

    /// <summary>The wall clock's time at zero of the packets' clock.</summary>
    public static DateTimeOffset Origin => DateTimeOffset.UtcNow - Now;

    private static TimeSpan Now => TimeSpan.FromTicks(MonotonicClock.Now / TimeSpan.NanosecondsPerTick);

    /// <summary>Stops the thread. The ends are the caller's.</summary>
    /// <exception cref="LabException">The thread had ended by itself.</exception>
    public void Dispose()
    {
        _stopping = true;
        _bell.Signal();
        _thread.Join();
        // The thread was the only one to use these.
        _epoll.Dispose();
        _timer.Dispose();
        _bell.Dispose();
        if (_failure is { } failure)
            throw new LabException($"the relay of {_thread.Name} broke: {failure.Message}", failure);
    }

    private void Run()
    {
        try
        {
            var events = new EpollEvent[4];
            while (!_stopping)
                Turn(events.AsSpan(0, _epoll.Wait(events, Timeout.InfiniteTimeSpan)));
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }

    private void Turn(ReadOnlySpan<EpollEvent> events)
    {
        var now = Now;
        foreach (var happened in events)
        {
            switch (happened.Token)
            {
                case NearToken:
                    TakeIn(_near, Forward, happened, now);
                    break;
                case FarToken:
                    TakeIn(_far, Backward, happened, now);
                    break;
                case TimerToken:
                    _timer.Acknowledge();
                    _armed = null;
                    break;
                default:
                    _bell.Acknowledge();
                    break;
            }
        }
        Deliver(now);
        Arm();
    }

    private void TakeIn(RelayEnd end, Lane lane, EpollEvent happened, TimeSpan now)
    {
        if ((happened.Happened & (EpollInterest.Error | EpollInterest.HangUp)) != 0 && !end.Gone)
        {
            end.Gone = true;
            _epoll.Remove(end.Fd);
            return;
        }
        for (var i = 0; i < PacketsATurn; i++)
        {
            var length = end.Read(_packet);
            if (length <= 0)
                return;
            var packet = _packet.AsSpan(0, length);
            end.Capture.Append(packet, now);
            TakeIn(packet, end, lane, now);
        }
    }

    private void TakeIn(Span<byte> packet, RelayEnd end, Lane lane, TimeSpan now)
    {
        if (!end.Plugged)
            lane.Refuse(DropCause.Unplugged);
        else if (end == _near && _nat?.Outbound(packet, now) is { } drop and not DropCause.None)
            lane.Refuse(drop);
        else if (lane.Offer(packet, now) == DropCause.TooBig && lane.Faults is { AnswerTooBig: true, Mtu: { } mtu })
            Return(TooBig.Answer(packet, mtu), end, now);
    }

    // Back to the sender, which knows its packet only as it was before the NAT.
    private void Return(byte[]? answer, RelayEnd end, TimeSpan now)
    {
        if (answer is null)
            return;
        if (end == _near && _nat is not null && _nat.Inbound(answer, now) != DropCause.None)
            return;
        end.Deliver(answer, now);
    }

    private void Deliver(TimeSpan now)
    {
        while (Forward.TryTake(now, out var packet))
            Hand(packet.Span, _far, Forward, now);
        while (Backward.TryTake(now, out var packet))
        {
            if (_nat?.Inbound(packet.Span, now) is { } drop and not DropCause.None)
                Backward.Counters.CountDrop(drop);
            else
                Hand(packet.Span, _near, Backward, now);
        }
    }

    private static void Hand(ReadOnlySpan<byte> packet, RelayEnd end, Lane lane, TimeSpan now)
    {
        if (end.Deliver(packet, now) is var drop and not DropCause.None)
            lane.Counters.CountDrop(drop);
        else
            lane.Counters.CountPassed(packet.Length);
    }

    private void Arm()
    {
        var next = (Forward.NextDue, Backward.NextDue) switch
        {
            ({ } a, { } b) => a < b ? a : b,
            var (a, b) => a ?? b,
        };
        if (next is not { } due || due == _armed)
            return;
        _armed = due;
        _timer.Arm(due.Ticks * TimeSpan.NanosecondsPerTick);
    }
}
