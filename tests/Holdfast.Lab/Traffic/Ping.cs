using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Labs;

/// <summary>Measures round trips with ping.</summary>
public static partial class Ping
{
    /// <summary>Sends a number of requests.</summary>
    /// <param name="from">The host that asks.</param>
    /// <param name="address">The address that answers.</param>
    /// <param name="count">Requests.</param>
    /// <param name="interval">Time between two of them, at least 2 ms.</param>
    /// <param name="size">Bytes of payload.</param>
    public static async Task<PingResult> Run(Host from, string address, int count, TimeSpan interval, int size = 56)
    {
        var time = (interval * count) + TimeSpan.FromSeconds(20);
        var options = RunOptions.Usual with { MayFail = true, Timeout = time };
        var result = await from.Run(options, "ping", "-n", "-q", "-W", "1", "-c", Agent.Number(count), "-s",
            Agent.Number(size), "-i", interval.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture), address);
        return Parse(result.Output) ?? throw new LabException($"{from.Name}: {result}");
    }

    internal static PingResult? Parse(string output)
    {
        var counts = Counts().Match(output);
        if (!counts.Success)
            return null;
        var times = Times().Match(output);
        TimeSpan Time(string name) => times.Success
            ? TimeSpan.FromMilliseconds(double.Parse(times.Groups[name].Value, CultureInfo.InvariantCulture))
            : TimeSpan.Zero;
        return new PingResult(int.Parse(counts.Groups["sent"].Value, CultureInfo.InvariantCulture),
            int.Parse(counts.Groups["received"].Value, CultureInfo.InvariantCulture), Time("least"), Time("mean"),
            Time("most"));
    }

    [GeneratedRegex(@"(?<sent>\d+) packets transmitted, (?<received>\d+) received")]
    private static partial Regex Counts();

    [GeneratedRegex(@"= (?<least>[\d.]+)/(?<mean>[\d.]+)/(?<most>[\d.]+)/")]
    private static partial Regex Times();
}
