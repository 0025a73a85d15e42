namespace Holdfast.Protocol.Paths;

/// <summary>
/// What a path takes, by what the other end acknowledges and by the other end's clock (the idea is
/// draft-cheng-iccrg-delivery-rate-estimation's): its rate, how long it takes without a queue, what is under way, and how much may
/// be, so that it is busy without a long queue of ours in front of it.
/// </summary>
internal struct PathRate
{
    private const double MostSlack = 0.9;
    private const double MuchSlack = 0.6; // what is lost with so short a queue is not lost because of it

    private TimeSpan _way; // latest measured, by two clocks: only differences mean anything
    private TimeSpan _leastWay;
    private bool _knowsWay;
    private TimeSpan _feedback; // least time from sending to hearing of it
    private MonoTime _drainedAt; // when a way without a queue was seen last
    private MonoTime _drainsUntil;
    private (TimeSpan Way, TimeSpan Feedback)? _inDrain; // the least
    private double _leastRate; // until the next drain
    private MonoTime _flightBegan;
    private MonoTime _judgedAt;
    private int _lostSince; // since it was judged last
    private int _arrivedSince;
    private uint _fullFrom; // the latest number when it was first
    private double _slack; // part of our queue that is not used, because the path's buffers are short

    /// <summary>Bytes under way.</summary>
    internal long InFlight { get; private set; }

    /// <summary>Bytes that have arrived.</summary>
    internal long Delivered { get; private set; }

    /// <summary>When so much had arrived, by the other end's clock, in us; null for the first of a flight.</summary>
    internal long? DeliveredAt { get; private set; }

    /// <summary>The number of the latest datagram.</summary>
    internal uint Sequence { get; private set; }

    /// <summary>The highest number that is known to have arrived.</summary>
    internal uint HighestArrived { get; private set; }

    /// <summary>The highest number that has, or whose datagram has by whichever path it went before.</summary>
    internal uint HighestDone { get; private set; }

    /// <summary>Bytes that it delivers in a second when it is busy; 0 before that was measured.</summary>
    internal double BytesPerSecond { get; private set; }

    /// <summary>Of <see cref="Judged"/> datagrams of late, those that were lost though there was no queue of ours.</summary>
    internal int JudgedLost { get; private set; }

    /// <summary>Datagrams of late that went when there was no queue of ours, or it had been shortened.</summary>
    internal int Judged { get; private set; }

    /// <summary>Datagrams found lost.</summary>
    internal long Lost { get; private set; }

    /// <summary>How long a datagram takes without a queue, by two clocks: to be compared with other paths to the same end.</summary>
    internal readonly TimeSpan Way => _leastWay;

    /// <summary>Whether that was measured.</summary>
    internal readonly bool KnowsWay => _knowsWay;

    /// <summary>Whether so much is under way that what arrives shows what the path can do.</summary>
    internal readonly bool IsBusy => InFlight >= Math.Max(BytesPerSecond * _feedback.TotalSeconds, WasFull ? 0 : PathLimits.FirstWindow);

    /// <summary>Whether it ever had as much as it can take; before, its rate is no more than what was asked of it.</summary>
    internal bool WasFull { get; private set; }

    /// <summary>Whether what goes by it waits on the way, as it was measured last.</summary>
    internal readonly bool HasQueue => _way > _leastWay + RoundTrip.Longer(PathLimits.QueueSeen, _feedback / 8);

    /// <summary>One goes by it.</summary>
    internal void Sent(int length, MonoTime now)
    {
        if (InFlight == 0) (DeliveredAt, _flightBegan) = (null, now);
        InFlight += length;
        Sequence++;
    }

    /// <summary>One has arrived. Of one that was sent more than once the first may have come, so that it says nothing of what went before the
    /// last: taken for overtaken, all of that would go once more, come twice, and say the same of what follows.</summary>
    internal void Arrived(int length, uint sequence, bool wasMoved)
    {
        Gone(length);
        Delivered += length;
        if (!wasMoved && (int)(sequence - HighestArrived) > 0) HighestArrived = sequence;
        if ((int)(sequence - HighestDone) > 0) HighestDone = sequence;
        _arrivedSince++;
        Count(sequence, lost: 0);
    }

    /// <summary>One is lost.</summary>
    internal void FoundLost(int length, uint sequence)
    {
        Gone(length);
        Lost++;
        _lostSince++;
        Count(sequence, lost: 1);
    }

    /// <summary>One is not under way any more, and it is not known whether it arrived.</summary>
    internal void Gone(int length) => InFlight = Math.Max(0, InFlight - length);

    /// <summary>Whether one that went so many later than this number has arrived.</summary>
    internal readonly bool IsOvertaken(uint sequence, int by) => (int)(HighestArrived - sequence) >= by;

    /// <summary>Whether one that went later is done.</summary>
    internal readonly bool IsLeftBehind(uint sequence) => (int)(HighestDone - sequence) > 0;

    /// <summary>Loss is judged anew: what was, may be over.</summary>
    internal void ForgetLoss() => (JudgedLost, Judged) = (0, 0);

    /// <summary>What comes next finds no queue of ours: nothing else is under way. If the way was not measured for a while, it may be a longer
    /// one by now, and so may the difference of the two clocks be.</summary>
    internal void ForgetWay(MonoTime now)
    {
        if (now - _drainedAt > PathLimits.DrainEvery) (_knowsWay, _feedback, _drainsUntil, _inDrain, _leastRate) = (false, TimeSpan.Zero, now, null, 0);
    }

    /// <summary>One came, so long after it went by both ends' clocks, and this end heard of it so long after it went.</summary>
    internal void Came(TimeSpan way, TimeSpan feedback, MonoTime now)
    {
        _way = way;
        if (!_knowsWay || way < _leastWay) (_knowsWay, _leastWay, _drainedAt) = (true, way, now);
        if (_feedback == TimeSpan.Zero || feedback < _feedback) _feedback = feedback;
        Drain(feedback, now);
    }

    /// <summary>Measures the rate, with the latest datagram that arrived: since it went, so much was delivered.</summary>
    /// <param name="latest">It.</param>
    /// <param name="at">When so much had arrived, by the other end's clock, in us.</param>
    /// <param name="now">The time here.</param>
    internal void Measure(in SentPackets.Sent latest, long at, MonoTime now)
    {
        Judge(now);
        if (DeliveredAt is { } last && at <= last) return; // an old one, overtaken
        DeliveredAt = at;
        var took = latest.DeliveredAt is { } since ? (at - since) / 1e6 : (now - _flightBegan).TotalSeconds;
        if (took <= 0) return;
        var rate = (Delivered - latest.DeliveredBefore) / took;
        var isFull = HasQueue && latest.WasBusy;
        if (isFull) NoteFull();
        if (rate > BytesPerSecond) BytesPerSecond += (rate - BytesPerSecond) * (WasFull ? 0.5 : 1);
        else if (isFull) Lower(rate); // that is what it delivers
    }

    private void NoteFull()
    {
        if (!WasFull) (WasFull, _fullFrom) = (true, Sequence);
    }

    /// <summary>To half of it at most before it is drained: what looks like a queue may be a way that has become longer.</summary>
    private void Lower(double rate)
    {
        if (_leastRate == 0) _leastRate = BytesPerSecond / 2;
        BytesPerSecond = Math.Max(Math.Max(_leastRate, 1), BytesPerSecond + ((rate - BytesPerSecond) / 16));
    }

    /// <summary>Bytes that may be under way.</summary>
    internal readonly long Window(MonoTime now)
    {
        if (BytesPerSecond == 0) return PathLimits.FirstWindow;
        if (!WasFull) return Math.Max(PathLimits.FirstWindow, (long)(BytesPerSecond * PathLimits.FirstGrowth * (_feedback.TotalSeconds + BatchSeconds)));
        // Who is not busy may be able to do more, and a TCP that begins doubles what it sends with each round trip.
        var seconds = !_drainsUntil.Passed(now) ? (_feedback.TotalSeconds * 0.75) + (BatchSeconds / 2)
            : _feedback.TotalSeconds + QueueSeconds + (HasQueue ? 0 : Math.Min(_feedback.TotalSeconds, PathLimits.GrowsBy.TotalSeconds));
        return Math.Max(PathLimits.LeastWindow, (long)(BytesPerSecond * seconds));
    }

    /// <summary>Bytes a second that it may deliver in a moment: one that is full without a queue gets more with each round trip.</summary>
    internal readonly double SoonBytesPerSecond => WasFull ? BytesPerSecond * (HasQueue ? 1 : 2)
        : Math.Max(PathLimits.FirstWindow / Math.Max(_feedback.TotalSeconds, 0.001), BytesPerSecond * PathLimits.FirstGrowth);

    /// <summary>When one that goes now arrives, as far as can be told, by two clocks: to be compared with other paths.</summary>
    internal readonly TimeSpan ArrivesIn()
    {
        if (!WasFull || BytesPerSecond == 0) return _leastWay;
        // No more than a queue of ours: a rate that was not measured while it was busy is less than it can do.
        var queued = Math.Min((InFlight / BytesPerSecond) - _feedback.TotalSeconds, QueueSeconds);
        return queued > 0 ? _leastWay + TimeSpan.FromSeconds(queued) : _leastWay;
    }

    /// <summary>The queue that keeps it busy, and what waits to be acknowledged.</summary>
    private readonly double QueueSeconds => (RoundTrip.Longer(PathLimits.Queue, _feedback / 4).TotalSeconds * (1 - _slack)) + BatchSeconds;

    /// <summary>How long acknowledgements wait for each other.</summary>
    private readonly double BatchSeconds =>
        Math.Min(PathLimits.AcknowledgementDelay.TotalSeconds, PathLimits.PacketsPerAcknowledgement * 1500 / BytesPerSecond);

    private void Count(uint sequence, int lost)
    {
        if ((HasQueue && _slack < MuchSlack) || !WasFull || (int)(sequence - _fullFrom) <= 0) return; // that may be our own doing
        (Judged, JudgedLost) = (Judged + 1, JudgedLost + lost);
        if (Judged >= PathLimits.PacketsToJudge) (Judged, JudgedLost) = (Judged / 2, JudgedLost / 2);
    }

    /// <summary>Where a queue of ours means loss, it has to be shorter.</summary>
    private void Judge(MonoTime now)
    {
        if (now - _judgedAt < _feedback * 2) return;
        var isLossy = _lostSince > (_lostSince + _arrivedSince) * PathLimits.LossOfFullBuffer;
        _slack = isLossy ? Math.Min(MostSlack, _slack + ((1 - _slack) * 0.3)) : Math.Max(0, _slack - 0.01);
        if (isLossy) NoteFull();
        (_judgedAt, _lostSince, _arrivedSince) = (now, 0, 0);
    }

    /// <summary>A path that is always busy shows how long it takes only when less goes by it for a moment.</summary>
    private void Drain(TimeSpan feedback, MonoTime now)
    {
        if (!_drainsUntil.Passed(now))
        {
            var (way, fed) = _inDrain ?? (_way, feedback);
            _inDrain = (_way < way ? _way : way, feedback < fed ? feedback : fed);
        }
        else if (_inDrain is { } found)
        {
            ((_leastWay, _feedback), _inDrain, _drainedAt, _leastRate) = (found, null, now, 0);
        }
        else if (now - _drainedAt > PathLimits.DrainEvery || (_leastRate > 0 && BytesPerSecond == _leastRate))
        {
            _drainsUntil = now + (feedback * 2) + PathLimits.AcknowledgementDelay;
        }
        else if (_way - _leastWay < PathLimits.QueueSeen / 4)
        {
            _drainedAt = now;
        }
    }
}
