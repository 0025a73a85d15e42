using System.Globalization;
using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>How long no ping passes when an end is killed and started again at once.</summary>
internal static class Restarts
{
    private const string Interval = "0.02";

    private static readonly TimeSpan FirstAnswer = TimeSpan.FromSeconds(10);

    /// <summary>Kills and starts one end under a running ping.</summary>
    /// <returns>Seconds from the end of the process to the first answer after it; infinite if none came in
    /// time.</returns>
    public static async Task<double> Measure(Stage stage, End end, TimeSpan patience)
    {
        await using var ping = stage.Near.Host.Start("ping", "-n", "-D", "-i", Interval, stage.Target);
        await ping.WaitForLine("bytes from", FirstAnswer);
        await stage.Kill(end);
        var killed = DateTimeOffset.UtcNow;
        await stage.Start(end);
        double? answered = null;
        try
        {
            await Eventually.Until(() => (answered = AnswerAfter(killed, ping.Output.Lines)) is not null, patience,
                "pings to flow again");
        }
        catch (LabException) when (answered is null)
        {
            return double.PositiveInfinity;
        }
        return answered!.Value;
    }

    // "[1700000000.123456] 64 bytes from ..."
    internal static double? AnswerAfter(DateTimeOffset moment, IReadOnlyList<string> lines)
    {
        var from = moment.ToUnixTimeMilliseconds() / 1000.0;
        foreach (var line in lines)
        {
            if (line.Contains("bytes from", StringComparison.Ordinal)
                && double.TryParse(line.AsSpan(1, line.IndexOf(']') - 1), CultureInfo.InvariantCulture, out var at)
                && at > from)
                return at - from;
        }
        return null;
    }
}
