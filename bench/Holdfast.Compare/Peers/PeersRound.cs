using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Holdfast.LabAgents;
using Holdfast.Labs;

namespace Holdfast.Comparing.Peers;

/// <summary>Everything that is measured of one hub in one round.</summary>
internal sealed class PeersRound
{
    private const int Shows = 3;
    private const int AllAtOnce = 1_000_000;
    private const int Spread = 1_000;

    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan GonePatience = TimeSpan.FromSeconds(10);

    private readonly Hub _hub;
    private readonly PeersPlan _plan;
    private readonly Action<Metric, double> _found;
    private readonly Dictionary<Metric, double> _figures = [];

    private PeersRound(Hub hub, PeersPlan plan, Action<Metric, double> found) => (_hub, _plan, _found) = (hub, plan, found);

    /// <summary>Measures.</summary>
    /// <param name="hub">Whom.</param>
    /// <param name="plan">How many peers, how long.</param>
    /// <param name="found">Hears of each figure.</param>
    public static async Task<IReadOnlyDictionary<Metric, double>> Run(Hub hub, PeersPlan plan, Action<Metric, double> found)
    {
        var round = new PeersRound(hub, plan, found);
        round.Add(PeersMetric.BaseMemory, await round.MeasureBase() / 1024);
        await round.MeasureHub();
        return round._figures;
    }

    private void Add(Metric metric, double value)
    {
        _figures.Add(metric, value);
        _found(metric, value);
    }

    private async Task<double> MeasureBase()
    {
        await using var lab = await Lab.Draw(new LabOptions { Name = "peers" }, "hub");
        var host = lab.Host("hub");
        _hub.Prepare(host, 1);
        await _hub.Start(host);
        await Show(host);
        await ProcessUse.Rest(() => Task.FromResult(ProcessUse.Cpu(_hub.Pid(host))));
        var memory = ProcessUse.ResidentKibibytes(_hub.Pid(host));
        await _hub.Stop(host);
        return memory;
    }

    private async Task MeasureHub()
    {
        await using var lab = await Lab.Draw(new LabOptions { Name = "peers" }, "hub -wire- sites");
        var (host, sites, wire) = (lab.Host("hub"), lab.Host("sites"), lab.Veth("wire"));
        await sites.Ip($"route add local {SwarmSite.Network} dev lo");
        await host.Ip($"route add {SwarmSite.Network} via {wire.Far.V4}");
        _hub.Prepare(host, _plan.Peers);

        Add(PeersMetric.Start, await Time(() => _hub.Start(host)));
        foreach (var (metric, seconds) in await Show(host))
            Add(metric, seconds);
        await ProcessUse.Rest(() => Task.FromResult(ProcessUse.Cpu(_hub.Pid(host))));
        Add(PeersMetric.PeerMemory, MemoryByPeer(host));
        Add(PeersMetric.Idle, await MeasureIdle(host));

        await using var swarm = Agent.Start(sites, "swarm", wire.Near.V4, Number(Hub.Port), Hub.PublicKey,
            Number(_plan.Peers), Number(AllAtOnce));
        await swarm.WaitForLine("\"ready\"", ReadyPatience);
        var complete = await Complete(swarm, 1);
        Add(PeersMetric.Handshakes, complete);
        if (double.IsFinite(complete))
        {
            await Show(host);
            Add(PeersMetric.SessionMemory, MemoryByPeer(host));
            Add(PeersMetric.IdleSessions, await MeasureIdle(host));
            Add(PeersMetric.OnePeer, await FindRate(host, swarm, 1));
            Add(PeersMetric.ManyPeers, await FindRate(host, swarm, Math.Min(Spread, _plan.Peers)));
            if (_hub.Greets && _plan.Restarts)
                await MeasureRestart(host, swarm);
        }
        Add(PeersMetric.Stop, await Time(() => _hub.Stop(host)));
    }

    private async Task MeasureRestart(Host host, HostProcess swarm)
    {
        await host.Kill(_hub.Pid(host), Signal.Kill);
        await Eventually.Until(() => host.PidsOf("holdfast").Count == 0, GonePatience, "the hub to be gone");
        Add(PeersMetric.Restart, await Time(() => _hub.Start(host)));
        Add(PeersMetric.Greeting, await Complete(swarm, 2));
    }

    private async Task<double> FindRate(Host host, HostProcess swarm, int sites)
        => await RateSearch.Run(rate => Carries(host, swarm, sites, rate), _plan.UdpMost, _plan.UdpHalvings);

    private async Task<int> Carries(Host host, HostProcess swarm, int sites, int rate)
    {
        var count = (int)(rate * _plan.UdpTime.TotalSeconds);
        var before = await Settled(swarm);
        await using var sender = Agent.Start(host, "spread", Number(sites), Number(rate), Number(1_300), Number(count));
        var line = await sender.WaitForLine("\"sent\"", _plan.UdpTime + ReadyPatience);
        var sent = JsonSerializer.Deserialize<UdpSent>(line, JsonSerializerOptions.Web)!;
        var arrived = await Settled(swarm) - before;
        return Round.Carried(sent, count - arrived, rate);
    }

    /// <summary>Packets that the sites have got, once no more come.</summary>
    private static async Task<long> Settled(HostProcess swarm)
    {
        var (last, told) = (-1L, swarm.Output.Lines.Count);
        await Eventually.Until(() =>
        {
            var lines = swarm.Output.Lines.Skip(told).Where(l => l.Contains("\"packets\"", StringComparison.Ordinal)).ToList();
            if (lines.Count < 2) return false;
            var counts = lines.TakeLast(2)
                .Select(l => JsonSerializer.Deserialize<SwarmProgress>(l, JsonSerializerOptions.Web)!.Packets).ToList();
            last = counts[1];
            return counts[0] == counts[1];
        }, ReadyPatience, "the sites to have got what was sent");
        return last;
    }

    private async Task<double> Complete(HostProcess swarm, int times)
    {
        try
        {
            var line = await swarm.WaitForLine($"\"complete\":{times}", _plan.Patience);
            return JsonSerializer.Deserialize<SwarmComplete>(line, JsonSerializerOptions.Web)!.Seconds;
        }
        catch (LabException) when (!swarm.HasExited)
        {
            return double.PositiveInfinity;
        }
    }

    private async Task<IReadOnlyDictionary<Metric, double>> Show(Host host)
    {
        var shown = new List<IReadOnlyDictionary<Metric, double>>();
        for (var i = 0; i < Shows; i++)
            shown.Add(await _hub.Show(host));
        return shown[0].Keys.ToDictionary(m => m, m => Comparison.Median([.. shown.Select(s => s[m]).Order()]));
    }

    private double MemoryByPeer(Host host)
        => (ProcessUse.ResidentKibibytes(_hub.Pid(host)) - (_figures[PeersMetric.BaseMemory] * 1024)) / _plan.Peers;

    private async Task<double> MeasureIdle(Host host)
    {
        var pid = _hub.Pid(host);
        var (before, watch) = (ProcessUse.Cpu(pid), Stopwatch.StartNew());
        await Task.Delay(_plan.Idle);
        return (ProcessUse.Cpu(pid) - before) / watch.Elapsed * 100;
    }

    private static async Task<double> Time(Func<Task> what)
    {
        var watch = Stopwatch.StartNew();
        await what();
        return watch.Elapsed.TotalSeconds;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
