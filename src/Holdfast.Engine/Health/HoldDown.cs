using Holdfast.Protocol;

namespace Holdfast.Engine.Health;

/// <summary>
/// How long what came back has to wait until it is used: not at all after a first loss, then for a time that doubles with each further
/// one, until it has stayed for long. Pure; each step gives the next state.
/// </summary>
internal readonly record struct HoldDown
{
    private readonly TimeSpan _wait;
    private readonly bool _hasFailed;

    private HoldDown(MonoTime back, TimeSpan wait, bool hasFailed) => (Back, _wait, _hasFailed) = (back, wait, hasFailed);

    /// <summary>When it came back last.</summary>
    private MonoTime Back { get; }

    /// <summary>From when on it may be used, once it is back.</summary>
    internal MonoTime Until => Back + _wait;

    /// <summary>It is lost.</summary>
    internal HoldDown Lost(MonoTime now)
    {
        var isForgiven = !_hasFailed || (Back + EngineLimits.FlapForgivenAfter).Passed(now);
        var wait = isForgiven ? TimeSpan.Zero : _wait == TimeSpan.Zero ? EngineLimits.HoldDown : _wait * 2;
        return new HoldDown(Back, wait < EngineLimits.LongestHoldDown ? wait : EngineLimits.LongestHoldDown, hasFailed: true);
    }

    /// <summary>It is there again, and waits from here on.</summary>
    internal HoldDown Returned(MonoTime now) => new(now, _wait, _hasFailed);
}
