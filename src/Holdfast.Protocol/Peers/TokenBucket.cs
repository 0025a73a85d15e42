namespace Holdfast.Protocol.Peers;

/// <summary>A rate with a burst: so many a second, so many at once.</summary>
internal struct TokenBucket(int perSecond, int burst)
{
    private readonly long _cost = 1_000_000_000 / perSecond;
    private readonly long _capacity = 1_000_000_000L / perSecond * burst;
    private long _credit = 1_000_000_000L / perSecond * burst; // nanoseconds
    private long _filledAt = long.MinValue;

    internal bool TryTake(MonoTime now)
    {
        if (!HasAny(now)) return false;
        _credit -= _cost;
        return true;
    }

    /// <summary>Whether <see cref="TryTake"/> would.</summary>
    internal bool HasAny(MonoTime now)
    {
        if (_filledAt != long.MinValue)
        {
            var elapsed = Math.Clamp(now.Nanoseconds - _filledAt, 0, _capacity);
            _credit = Math.Min(_capacity, _credit + elapsed);
        }
        _filledAt = now.Nanoseconds;
        return _credit >= _cost;
    }

    /// <summary>When it was last asked: what was idle for longest makes room first.</summary>
    internal readonly MonoTime LastUse => new(_filledAt);
}
