using System.Runtime.InteropServices;
using Holdfast.Control;
using Holdfast.Rendering;

namespace Holdfast.Running;

/// <summary><c>log</c>: asks engines what happened. Knows nothing but the control sockets.</summary>
internal static class LogRunner
{
    /// <summary>Shows what has happened to one tunnel, or to all.</summary>
    internal static async Task<int> RunAsync(string? name, EventView view, Streams streams)
    {
        var (sources, code) = await FindAsync(name, view, streams, CancellationToken.None);
        if (sources.Count > 0 || code != ExitCode.Done) return code;
        streams.Say("no tunnel is up; an engine's events are known while it runs");
        return ExitCode.Unreachable;
    }

    /// <summary>Shows it, and goes on with what happens until interrupted; engines may come and go meanwhile.</summary>
    internal static async Task<int> FollowAsync(string? name, EventView view, Streams streams)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var (sources, code) = await FindAsync(name, view, streams, stop.Token);
            if (name is not null && code != ExitCode.Done) return code;
            if (sources.Count == 0) streams.Say("no tunnel is up; waiting for one");
            await new LogFollower(sources, looksForMore: name is null, view, streams).RunAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Done;
        }
        return ExitCode.Done;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Shows what every engine has so far, in the order of time.</summary>
    private static async Task<(List<LogSource> Sources, int Code)> FindAsync(
        string? name, EventView view, Streams streams, CancellationToken cancel)
    {
        var (sources, events, code) = (new List<LogSource>(), new List<EngineEvent>(), ExitCode.Done);
        foreach (var tunnel in name is null ? RunDirectory.Tunnels() : [name])
        {
            var source = new LogSource(tunnel);
            try
            {
                events.AddRange(await source.ReadAsync(wait: false, cancel));
                sources.Add(source);
            }
            catch (ControlException e)
            {
                streams.Say(e.Message);
                code = ExitCode.Unreachable;
            }
        }
        // The tunnels of a daemon tell of the same uplinks and files.
        foreach (var one in events.DistinctBy(e => (e.Engine, e.Sequence)).OrderBy(e => e.Time).ThenBy(e => e.Sequence).Where(view.Shows))
            await streams.Out.WriteLineAsync(view.LineOf(one));
        await streams.Out.FlushAsync(cancel);
        return (sources, code);
    }
}
