namespace Holdfast.Comparing;

/// <summary>
/// Finds the highest rate that is still carried: doubles until one is not, then halves the interval in between. A rate
/// that is not carried gets a second chance, since somebody else may have had the processor.
/// </summary>
internal static class RateSearch
{
    /// <summary>The lowest rate tried, per second.</summary>
    public const int Least = 4_000;

    /// <summary>Runs the search.</summary>
    /// <param name="carried">Tries a rate; the one that the sender reached, all of which was carried, or 0.</param>
    /// <param name="most">No higher rate is tried.</param>
    /// <param name="halvings">How often the interval is halved.</param>
    /// <returns>The highest rate that was reached and carried; 0 if none was.</returns>
    public static async Task<int> Run(Func<int, Task<int>> carried, int most, int halvings)
    {
        var (good, bad, highest) = (0, Least, 0);
        while (bad <= most && await Try(bad))
            (good, bad) = (bad, bad * 2);
        for (var i = 0; i < halvings && bad <= most; i++)
        {
            var middle = (good + bad) / 2;
            if (await Try(middle))
                good = middle;
            else
                bad = middle;
        }
        return highest;

        async Task<bool> Try(int rate)
        {
            var reached = await carried(rate);
            if (reached == 0)
                reached = await carried(rate);
            highest = Math.Max(highest, reached);
            return reached > 0;
        }
    }
}
