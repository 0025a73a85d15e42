using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>Everything that is measured of one contender in one round.</summary>
internal sealed class Round
{
    // More than this share of a paced sender's datagrams lost, and the rate does not count as carried.
    private const double MostLost = .001;

    // A sender that takes this much longer than it should has not reached its rate.
    private const double MostLate = 1.1;

    private static readonly TimeSpan MemoryInterval = TimeSpan.FromMilliseconds(100);

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
        await round.MeasurePings();
        if (contender.IsTunnel)
            round.Add(Metric.IdleMemory, await ProcessUse.Memory(stage.Processes));
        await round.MeasureTcp(contender.IsTunnel);
        round.Add(Metric.SmallPackets, await round.FindRate(64));
        round.Add(Metric.BigPackets, await round.FindRate(1_300));
        if (contender.IsTunnel)
        {
            // The far end last: with it some are not back in time.
            round.Add(Metric.NearRestart, await Restarts.Measure(stage, stage.Near, plan.RestartPatience));
            round.Add(Metric.FarRestart, await Restarts.Measure(stage, stage.Far, plan.RestartPatience));
        }
        return round._figures;
    }

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

    private async Task MeasureTcp(bool isTunnel)
    {
        var before = await ProcessUse.Cpu(_stage.Processes);
        var one = await Tcp(streams: 1);
        Add(Metric.OneStream, one.BitsPerSecond / 1e6);
        if (isTunnel)
            Add(Metric.Cpu, (await ProcessUse.Cpu(_stage.Processes) - before).TotalSeconds / (one.Bytes / 1e9));
        var four = Tcp(streams: 4);
        var memory = 0.0;
        while (await Task.WhenAny(four, Task.Delay(MemoryInterval)) != four)
            memory = Math.Max(memory, await ProcessUse.Memory(_stage.Processes));
        Add(Metric.FourStreams, (await four).BitsPerSecond / 1e6);
        if (isTunnel)
            Add(Metric.LoadedMemory, memory);
    }

    private Task<IperfResult> Tcp(int streams) => Iperf.Run(_stage.Near.Host, _stage.Far.Host, _stage.Target,
        new IperfOptions { Time = _plan.Time, Streams = streams });

    private async Task<double> FindRate(int size)
        => await RateSearch.Run(rate => Carries(rate, size), _plan.UdpMost, _plan.UdpHalvings);

    private async Task<bool> Carries(int rate, int size)
    {
        var count = (int)(rate * _plan.UdpTime.TotalSeconds);
        var (sent, received) = await Agent.PaceDatagrams(_stage.Near.Host, _stage.Far.Host, _stage.Target, rate, size,
            count);
        return received.Lost <= count * MostLost && sent.ElapsedMs <= _plan.UdpTime.TotalMilliseconds * MostLate + 20;
    }
}
