namespace Holdfast.Protocol;

/// <summary>One counter for each <see cref="Drop"/>.</summary>
public sealed class DropCounters
{
    /// <summary>How many reasons there are, <see cref="Drop.None"/> included.</summary>
    public static readonly int Reasons = (int)Drop.WriteFailed + 1;

    private readonly long[] _counts = new long[Reasons];

    /// <summary>How often this reason occurred.</summary>
    public long this[Drop reason] => _counts[(int)reason];

    /// <summary>All drops together.</summary>
    public long Total
    {
        get
        {
            var sum = 0L;
            foreach (var count in _counts) sum += count;
            return sum;
        }
    }

    /// <summary>Counts a drop and gives it back, so that a caller can return it in the same breath.</summary>
    public Drop Count(Drop reason)
    {
        _counts[(int)reason]++;
        return reason;
    }
}
