using System.Diagnostics;

namespace Holdfast.LabTests.Kills;

/// <summary>SIGKILL at a moment, to a fraction of a millisecond.</summary>
internal static class Instant
{
    /// <summary>Below this a timer of the system would be too coarse.</summary>
    private static readonly TimeSpan Spin = TimeSpan.FromMilliseconds(3);

    /// <summary>Kills processes.</summary>
    /// <param name="begun">Runs since the phase began.</param>
    /// <param name="at">When, counted from there.</param>
    /// <param name="victims">Finds them at that moment, as this process sees them.</param>
    /// <returns>Those that were there.</returns>
    public static async Task<IReadOnlyList<int>> Kill(Stopwatch begun, TimeSpan at, Func<IEnumerable<int>> victims)
    {
        if (at - begun.Elapsed > Spin)
            await Task.Delay(at - begun.Elapsed - Spin);
        while (begun.Elapsed < at)
            Thread.SpinWait(20);
        return [.. victims().Where(Sigkill.TrySend)];
    }
}
