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
    /// <param name="carried">Tries a rate.</param>
    /// <param name="most">No higher rate is tried.</param>
    /// <param name="halvings">How often the interval is halved.</param>
    /// <returns>The highest rate that was carried; 0 if none was.</returns>
    public static async Task<int> Run(Func<int, Task<bool>> carried, int most, int halvings)
    {
        var (good, bad) = (0, Least);
        while (bad <= most && await Try(carried, bad))
            (good, bad) = (bad, bad * 2);
        if (bad > most)
            return good;
        for (var i = 0; i < halvings; i++)
        {
            var middle = (good + bad) / 2;
            if (await Try(carried, middle))
                good = middle;
            else
                bad = middle;
        }
        return good;
    }

    private static async Task<bool> Try(Func<int, Task<bool>> carried, int rate)
        => await carried(rate) || await carried(rate);
}
