using System.Text.Json;
using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>Everything that is measured of one contender in one round.</summary>
internal sealed class Round
{
    // More than this share of a paced sender's datagrams lost, and the rate does not count as carried.
    private const double MostLost = .001;

    // A sender that takes this much longer than it should has no processor left, and a higher rate is not tried.
    private const double MostLate = 2;

    private static readonly TimeSpan MemoryInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LoadedPingInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LoadMargin = TimeSpan.FromSeconds(2);

    private readonly Stage _stage;
    private readonly Plan _plan;
    private readonly Action<Metric, double> _found;
    private readonly Dictionary<Metric, double> _figures = [];

    private Round(Stage stage, Plan plan, Action<Metric, double> found)
        => (_stage, _plan, _found) = (stage, plan, found);

    /// <summary>Measures.</summary>
    /// <param name="contender">Whom.</param>
    /// <param name="plan">How long.</param>
    /// <param name="found">Hears of each figure.</param>
    /// <returns>The figures that make sense for it.</returns>
    public static async Task<IReadOnlyDictionary<Metric, double>> Run(Contender contender, Plan plan,
        Action<Metric, double> found)
    {
        await using var stage = await Stage.Build(contender);
        var round = new Round(stage, plan, found);
        // Latency first, while everything is still idle; restarts last, since they leave nothing as it was.
        await round.Do(round.MeasurePings, Metric.PingMean, Metric.Ping99);
        if (contender.IsTunnel)
            await round.Do(round.MeasureIdleMemory, Metric.IdleMemory);
        await round.Do(() => round.MeasureOneStream(contender.IsTunnel), Metric.OneStream, Metric.Cpu);
        await round.Do(() => round.MeasureFourStreams(contender.IsTunnel), Metric.FourStreams, Metric.LoadedMemory);
        await round.Do(round.MeasureBothWays, Metric.BothWays);
        await round.Do(() => round.MeasurePlainWire(contender.IsTunnel), Metric.PlainWire, Metric.PlainWireCpu);
        await round.Do(round.MeasureLoadedPings, Metric.LoadedPingMean, Metric.LoadedPing99);
        await round.Do(async () => round.Add(Metric.SmallPackets, await round.FindRate(64)), Metric.SmallPackets);
        await round.Do(async () => round.Add(Metric.BigPackets, await round.FindRate(1_300)), Metric.BigPackets);
        if (contender.IsTunnel)
        {
            // The far end last: with it some are not back in time.
            await round.Do(() => round.MeasureRestart(Metric.NearRestart, stage.Near), Metric.NearRestart);
            await round.Do(() => round.MeasureRestart(Metric.FarRestart, stage.Far), Metric.FarRestart);
        }
        return round._figures;
    }

    /// <summary>Measures what is wanted of it.</summary>
    private Task Do(Func<Task> measure, params Metric[] metrics) => metrics.Any(_plan.Wants) ? measure() : Task.CompletedTask;

    private void Add(Metric metric, double value)
    {
        _figures.Add(metric, value);
        _found(metric, value);
    }

    private async Task MeasurePings()
    {
        var (mean, percentile) = await RoundTrips.Measure(_stage.Near.Host, _stage.Target, _plan.Pings,
            _plan.PingInterval);
        Add(Metric.PingMean, mean);
        Add(Metric.Ping99, percentile);
    }

    private async Task MeasureIdleMemory() => Add(Metric.IdleMemory, await ProcessUse.Memory(_stage.Processes));

    private Task MeasureOneStream(bool isTunnel) => MeasureOneStream(isTunnel, Metric.OneStream, Metric.Cpu);

    private async Task MeasureOneStream(bool isTunnel, Metric rate, Metric cpu)
    {
        var before = await ProcessUse.Cpu(_stage.Processes);
        var one = await Tcp(streams: 1);
        Add(rate, one.BitsPerSecond / 1e6);
        if (isTunnel)
            Add(cpu, (await ProcessUse.Cpu(_stage.Processes) - before).TotalSeconds / (one.Bytes / 1e9));
    }

    private async Task MeasurePlainWire(bool isTunnel)
    {
        await _stage.SetOffloads(false);
        await MeasureOneStream(isTunnel, Metric.PlainWire, Metric.PlainWireCpu);
        await _stage.SetOffloads(true);
    }

    private async Task MeasureBothWays()
    {
        var both = await Tcp(streams: 4, "--bidir");
        using var document = JsonDocument.Parse(both.Json);
        var back = document.RootElement.GetProperty("end").GetProperty("sum_received_bidir_reverse");
        Add(Metric.BothWays, (both.BitsPerSecond + back.GetProperty("bits_per_second").GetDouble()) / 1e6);
    }

    private async Task MeasureLoadedPings()
    {
        var count = (int)(_plan.Time / LoadedPingInterval);
        var load = Iperf.Run(_stage.Near.Host, _stage.Far.Host, _stage.Target, new IperfOptions { Time = _plan.Time + LoadMargin });
        // The stream has its pace when the pings begin, and keeps it until they end.
        await Task.WhenAny(load, Task.Delay(LoadMargin / 2));
        var (mean, percentile) = await RoundTrips.Measure(_stage.Near.Host, _stage.Target, count, LoadedPingInterval, leastBack: .5);
        await load;
        Add(Metric.LoadedPingMean, mean);
        Add(Metric.LoadedPing99, percentile);
    }

    private async Task MeasureRestart(Metric metric, End end)
        => Add(metric, await Restarts.Measure(_stage, end, _plan.RestartPatience));

    private async Task MeasureFourStreams(bool isTunnel)
    {
        var four = Tcp(streams: 4);
        var memory = 0.0;
        while (await Task.WhenAny(four, Task.Delay(MemoryInterval)) != four)
            memory = Math.Max(memory, await ProcessUse.Memory(_stage.Processes));
        Add(Metric.FourStreams, (await four).BitsPerSecond / 1e6);
        if (isTunnel)
            Add(Metric.LoadedMemory, memory);
    }

    private Task<IperfResult> Tcp(int streams, params string[] more) => Iperf.Run(_stage.Near.Host, _stage.Far.Host,
        _stage.Target, new IperfOptions { Time = _plan.Time, Streams = streams, More = more });

    private async Task<double> FindRate(int size)
        => await RateSearch.Run(rate => Carries(rate, size), _plan.UdpMost, _plan.UdpHalvings);

    /// <summary>The rate that a paced sender reached, if all of it was carried; 0 if not.</summary>
    /// <param name="sent">What the sender says.</param>
    /// <param name="lost">How many datagrams did not arrive.</param>
    /// <param name="rate">The rate that it was to keep.</param>
    public static int Carried(UdpSent sent, long lost, int rate)
    {
        var time = TimeSpan.FromMilliseconds(sent.ElapsedMs);
        var isLate = time > MostLate * TimeSpan.FromSeconds((double)sent.Sent / rate);
        return lost > sent.Sent * MostLost || isLate ? 0 : (int)Math.Min(rate, sent.Sent / time.TotalSeconds);
    }

    private async Task<int> Carries(int rate, int size)
    {
        var count = (int)(rate * _plan.UdpTime.TotalSeconds);
        var (sent, received) = await Agent.PaceDatagrams(_stage.Near.Host, _stage.Far.Host, _stage.Target, rate, size,
            count);
        return Carried(sent, received.Lost, rate);
    }
}
