using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Holdfast.LabTests.Failures;

/// <summary>Does to a net what a plan says, at its times, under TCP sessions that it watches.</summary>
internal sealed class RandomFaults
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(60);

    // What is away for less is the ordinary life of a session.
    private const double WorthALook = 500;

    private readonly TwoUplinks _net;
    private readonly TcpSessions _sessions;
    private readonly IReadOnlyList<PlannedFault> _plan;
    private readonly HostProcess[] _logs;
    private readonly Stopwatch _watch = new();
    private readonly List<(DateTimeOffset At, string What)> _done = [];
    private readonly Dictionary<string, int> _addresses = [];
    private double _worst;
    private string _paths = "";

    public RandomFaults(TwoUplinks net, TcpSessions sessions, IReadOnlyList<PlannedFault> plan)
    {
        (_net, _sessions, _plan) = (net, sessions, plan);
        _logs = [.. new[] { net.Site, net.Hub }.Select(h => h.Start(HoldfastBinary.Path, "log", "--follow", "--json"))];
    }

    /// <summary>Does all of it; everything is mended when this returns.</summary>
    /// <exception cref="LabException">A session broke.</exception>
    public async Task Run()
    {
        var steps = _plan.Select(f => (When: f.At, Name: $"{f.Kind} {f.Wire}", Step: Begin(f)))
            .Concat(_plan.Where(f => f.Hold > TimeSpan.Zero).Select(f => (When: f.End, Name: $"end of {f.Kind} {f.Wire}", Step: Mend(f))));
        _watch.Start();
        foreach (var (when, name, step) in steps.OrderBy(s => s.When))
        {
            await Eventually.Until(async () => await Look() && _watch.Elapsed >= when, when + Slack, $"{when} to have passed");
            _sessions.ThrowIfBroken();
            _done.Add((DateTimeOffset.UtcNow, name));
            await step();
        }
    }

    /// <summary>How often each kind came, for people.</summary>
    public string Counts => string.Join(", ", _plan.GroupBy(f => f.Kind).OrderBy(g => g.Key).Select(g => $"{g.Key} {g.Count()}"));

    /// <summary>What was done and said around the time in which a line was away for longest.</summary>
    public string About(SessionProgress slowest)
    {
        var from = slowest.LongestFrom - TimeSpan.FromSeconds(1);
        var to = slowest.LongestFrom + TimeSpan.FromMilliseconds(slowest.LongestMs + 500);
        var done = _done.Where(d => d.At >= from - TimeSpan.FromSeconds(10) && d.At <= to).Select(d => (d.At, $"test: {d.What}"));
        var told = _logs.SelectMany(log => log.Output.Lines.Where(l => l.StartsWith('{')).Select(l => JsonDocument.Parse(l).RootElement)
            .Select(e => (At: e.GetProperty("time").GetDateTimeOffset(), Text: $"{log.Host.Name}: {e.GetProperty("text").GetString()}")))
            .Where(e => e.At >= from && e.At <= to);
        var lines = done.Concat(told).OrderBy(e => e.Item1)
            .Select(e => $"  {(e.Item1 - slowest.LongestFrom).TotalSeconds.ToString("F3", CultureInfo.InvariantCulture),8}  {e.Item2}");
        return $"{string.Join('\n', lines)}\n{_paths}";
    }

    // What the paths are like while a line is away for longer than any before.
    private async Task<bool> Look()
    {
        var waiting = _sessions.Progress.WaitingMs;
        if (waiting < WorthALook || waiting < _worst + WorthALook / 2)
            return true;
        _worst = waiting;
        string[] lists = [await TwoUplinks.PathList(_net.Site), await TwoUplinks.PathList(_net.Hub)];
        _paths = $"after {Math.Round(waiting)} ms\n{string.Join('\n', lists)}";
        return true;
    }

    private Func<Task> Begin(PlannedFault fault) => fault.Kind switch
    {
        FaultKind.PullNear => Now(() => WireOf(fault).Unplug(WireSide.Near)),
        FaultKind.PullFar => Now(() => WireOf(fault).Unplug(WireSide.Far)),
        FaultKind.PullBoth => Now(() => WireOf(fault).Unplug()),
        FaultKind.Cut => Now(WireOf(fault).Cut),
        FaultKind.CutOut => Now(() => CutOne(WireOf(fault).Forward)),
        FaultKind.CutBack => Now(() => CutOne(WireOf(fault).Backward)),
        FaultKind.Replug => Now(() =>
        {
            WireOf(fault).Unplug();
            WireOf(fault).Plug();
        }),
        FaultKind.Move => () => Move(WireOf(fault).Near, fault.Draw),
        FaultKind.Rebind => Now(WireOf(fault).ForgetMappings),
        FaultKind.KillHub => () => _net.End(_net.Hub, Signal.Kill),
        FaultKind.KillSite => () => _net.End(_net.Site, Signal.Kill),
        FaultKind.RestartHub => () => _net.End(_net.Hub, Signal.Term),
        FaultKind.RestartSite => () => _net.End(_net.Site, Signal.Term),
        _ => throw new InvalidOperationException($"no way to {fault.Kind}"),
    };

    private Func<Task> Mend(PlannedFault fault) => fault.Kind switch
    {
        FaultKind.PullNear or FaultKind.PullFar or FaultKind.PullBoth => Now(() => WireOf(fault).Plug()),
        FaultKind.Cut or FaultKind.CutOut or FaultKind.CutBack => Now(WireOf(fault).Restore),
        FaultKind.KillHub or FaultKind.RestartHub => () => _net.Start(_net.Hub),
        FaultKind.KillSite or FaultKind.RestartSite => () => _net.Start(_net.Site),
        _ => throw new InvalidOperationException($"{fault.Kind} is over at once"),
    };

    private static Func<Task> Now(Action act) => () =>
    {
        act();
        return Task.CompletedTask;
    };

    private Wire WireOf(PlannedFault fault) => _net.Lab.Wire(fault.Wire!);

    private static void CutOne(WireDirection direction) => direction.Faults = direction.Faults with { Cut = true };

    // As a lease that changes does: the next address is there before the last one goes.
    private async Task Move(LinkEnd end, int draw)
    {
        var first = end.Addresses[0];
        var (dot, slash) = (first.LastIndexOf('.'), first.IndexOf('/', StringComparison.Ordinal));
        var last = _addresses.GetValueOrDefault(end.Interface, int.Parse(first[(dot + 1)..slash], CultureInfo.InvariantCulture));
        var next = _addresses[end.Interface] = 3 + (last + draw % 10) % 11 is var number && number != last ? number : number + 1;
        await end.Host.Ip($"address add {At(next)} dev {end.Interface}", $"address del {At(last)} dev {end.Interface}");

        string At(int host) => string.Create(CultureInfo.InvariantCulture, $"{first[..dot]}.{host}{first[slash..]}");
    }
}
