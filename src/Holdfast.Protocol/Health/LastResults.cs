using System.Numerics;

namespace Holdfast.Protocol.Health;

/// <summary>
/// What the last checks of a part said. It flips when so many of so many agree, separately up and down: a single lost probe takes nothing
/// down, a single lucky one brings nothing back, and what answers now and then is not taken for working. Whoever flips begins afresh, with
/// the default value.
/// </summary>
public struct LastResults
{
    /// <summary>How many are remembered.</summary>
    public const int Most = 32;

    private uint _good; // the latest is the lowest bit
    private int _count;

    /// <summary>Adds the latest.</summary>
    public void Add(bool isGood)
    {
        _good = (_good << 1) | (isGood ? 1u : 0);
        if (_count < Most) _count++;
    }

    /// <summary>Whether so many of the last ones were good.</summary>
    public readonly bool AreGood(FlipRule rule) => Count(_good, rule.Of) >= rule.Least;

    /// <summary>Whether so many of the last ones were bad.</summary>
    public readonly bool AreBad(FlipRule rule) => Count(~_good, rule.Of) >= rule.Least;

    private readonly int Count(uint results, int last) => BitOperations.PopCount(results & ((1u << Math.Min(last, _count)) - 1));
}
