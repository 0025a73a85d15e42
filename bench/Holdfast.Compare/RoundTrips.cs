using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>Round trips of many pings, in microseconds.</summary>
internal static partial class RoundTrips
{
    /// <summary>Sends pings and waits for all answers.</summary>
    /// <exception cref="LabException">Fewer than that came back.</exception>
    public static async Task<(double Mean, double Percentile99)> Measure(Host from, string address, int count,
        TimeSpan interval, double leastBack = .99)
    {
        var time = (interval * count) + TimeSpan.FromSeconds(20);
        var options = RunOptions.Usual with { MayFail = true, Timeout = time };
        var result = await from.Run(options, "ping", "-n", "-c", count.ToString(CultureInfo.InvariantCulture), "-i",
            interval.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture), "-W", "1", address);
        var times = Parse(result.Output);
        return times.Count >= count * leastBack
            ? (times.Average(), times[(int)Math.Ceiling(times.Count * .99) - 1])
            : throw new LabException($"{times.Count} of {count} pings came back: {result.Errors}");
    }

    /// <summary>The times in ping's output, shortest first.</summary>
    internal static IReadOnlyList<double> Parse(string output) =>
    [
        .. Time().Matches(output).Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) * 1000)
            .Order(),
    ];

    [GeneratedRegex(@" time=([\d.]+) ms")]
    private static partial Regex Time();
}
