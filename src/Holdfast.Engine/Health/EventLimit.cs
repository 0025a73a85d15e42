using Holdfast.Protocol;

namespace Holdfast.Engine.Health;

/// <summary>Lets so many events through in each <see cref="EngineLimits.EventSpan"/>, says when the first is one too many, and
/// afterwards how many those were. One thread at a time.</summary>
/// <param name="most">Events in a span.</param>
internal struct EventLimit(int most)
{
    private MonoTime _ends = MonoTime.LongAgo;
    private int _count;

    /// <summary>Counts an event.</summary>
    internal Verdict Take(MonoTime now)
    {
        var leftOut = 0;
        if (_ends.Passed(now))
        {
            leftOut = Math.Max(0, _count - most);
            (_count, _ends) = (0, now + EngineLimits.EventSpan);
        }
        if (_count < int.MaxValue) _count++;
        return new Verdict(_count <= most, _count == most + 1, leftOut);
    }

    /// <summary>What becomes of an event.</summary>
    /// <param name="MayTell">Whether it may be told.</param>
    /// <param name="IsFirstTooMany">Whether it is the first in its span that may not.</param>
    /// <param name="LeftOut">How many were left out in the span before, said with the first of this one.</param>
    internal readonly record struct Verdict(bool MayTell, bool IsFirstTooMany, int LeftOut);
}
