using Holdfast.Control;
using Holdfast.Rendering;

namespace Holdfast.Running;

/// <summary>Follows the events of tunnels, each by a question that waits, and looks for tunnels that come.</summary>
/// <param name="known">Those that are known, read up to now.</param>
/// <param name="looksForMore">Whether others that come are followed too.</param>
/// <param name="view">What is shown.</param>
/// <param name="streams">Where.</param>
internal sealed class LogFollower(IReadOnlyList<LogSource> known, bool looksForMore, EventView view, Streams streams)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    private readonly Lock _writing = new();

    // --- under _writing: the tunnels of one daemon tell of the same uplinks and files ---------------------------
    private readonly Dictionary<string, long> _shared = known.Where(s => s.Engine is not null)
        .GroupBy(s => s.Engine!).ToDictionary(g => g.Key, g => g.Max(s => s.Last));

    /// <summary>Follows until cancelled.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var following = known.ToDictionary(source => source.Name, source => FollowAsync(source, end.Token));
        try
        {
            while (true)
            {
                await await Task.WhenAny([.. following.Values, Task.Delay(LookAgain, stop)]); // a closed output ends all
                if (!looksForMore) continue;
                foreach (var name in RunDirectory.Tunnels().Where(name => !following.ContainsKey(name)))
                    following[name] = FollowAsync(new LogSource(name), end.Token);
            }
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(following.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(LogSource source, CancellationToken stop)
    {
        var isGone = false;
        while (true)
        {
            var engine = source.Engine;
            try
            {
                var events = await source.ReadAsync(wait: true, stop);
                Show(source, Change(source.Name, isGone, engine, source.Engine), events);
                isGone = false;
            }
            catch (ControlException e)
            {
                if (!isGone && (engine is not null || e.Failure == ControlFailure.NotPermitted))
                    Show(source, $"{e.Message}; waiting for it", []);
                isGone = true;
                await Task.Delay(LookAgain, stop);
            }
        }
    }

    private static string? Change(string name, bool wasGone, string? before, string? now) =>
        before is not null && before != now ? $"another engine runs {name}, going on with its events"
        : wasGone && before is not null ? $"the engine of {name} answers again" : null;

    private void Show(LogSource source, string? change, IReadOnlyList<EngineEvent> events)
    {
        lock (_writing)
        {
            if (change is not null) streams.Say(change);
            if (source.Missed > 0) streams.Say($"{source.Missed} events of {source.Name} were forgotten before they could be shown");
            foreach (var one in events)
                if (IsFresh(one) && view.Shows(one)) streams.Out.WriteLine(view.LineOf(one));
            streams.Out.Flush();
        }
    }

    /// <summary>What concerns all tunnels of an engine comes from each of them, in order.</summary>
    private bool IsFresh(EngineEvent one)
    {
        if (one.Tunnel is not null) return true;
        if (_shared.TryGetValue(one.Engine, out var last) && one.Sequence <= last) return false;
        _shared[one.Engine] = one.Sequence;
        return true;
    }
}
