using System.Runtime.InteropServices;
using Holdfast.Control;
using Holdfast.Rendering;

namespace Holdfast.Running;

/// <summary><c>status</c> and <c>path list</c>: asks engines, and shows what they say. Knows nothing but the control
/// sockets.</summary>
internal static class StatusRunner
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Shows one tunnel, or all.</summary>
    internal static async Task<int> RunAsync(string? name, bool json, StatusView view, Streams streams)
    {
        var (tunnels, code) = await AskAsync(name, streams, CancellationToken.None);
        if (name is not null && tunnels.Count == 0) return code;
        Show(name, tunnels, json, view, streams.Out);
        return code;
    }

    /// <summary>Shows again and again, in place on a terminal, until interrupted or the named tunnel is gone.</summary>
    internal static async Task<int> WatchAsync(string? name, bool json, StatusView view, Streams streams)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var timer = new PeriodicTimer(Interval);
        var code = ExitCode.Done;
        var inPlace = !json && !Console.IsOutputRedirected;
        try
        {
            do
            {
                (var tunnels, code) = await AskAsync(name, streams, stop.Token);
                if (name is not null && tunnels.Count == 0) return code;
                if (inPlace) await streams.Out.WriteAsync("\e[H\e[2J");
                Show(name, tunnels, json, view, streams.Out);
                await streams.Out.FlushAsync(stop.Token);
            }
            while (await timer.WaitForNextTickAsync(stop.Token));
        }
        catch (OperationCanceledException)
        {
            return code;
        }
        return code;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static void Show(
        string? name, IReadOnlyList<TunnelStatus> tunnels, bool json, StatusView view, TextWriter output)
    {
        if (json) output.WriteLine(view.Json(tunnels, name is not null));
        else output.Write(tunnels.Count == 0 ? "no tunnel is up\n" : view.Text(tunnels, RenderStyle.OfOutput()));
    }

    private static async Task<(IReadOnlyList<TunnelStatus> Tunnels, int Code)> AskAsync(
        string? name, Streams streams, CancellationToken cancel)
    {
        var tunnels = new List<TunnelStatus>();
        var code = ExitCode.Done;
        foreach (var tunnel in name is null ? RunDirectory.Tunnels() : [name])
        {
            try
            {
                var request = new ControlRequest { Verb = ControlVerbs.Status };
                var reply = await ControlClient.AskAsync(tunnel, request, cancel: cancel);
                if (reply.Status is { } status) tunnels.Add(status);
            }
            catch (ControlException e)
            {
                streams.Say(Explain(tunnel, e));
                code = ExitCode.Unreachable;
            }
        }
        if (code == ExitCode.Done && tunnels.Any(IsDegraded)) code = ExitCode.Degraded;
        return (tunnels, code);
    }

    /// <summary>A peer that is asked again and again and does not answer: the tunnel is up, but does not carry.</summary>
    private static bool IsDegraded(TunnelStatus tunnel) => tunnel.Peers.Any(p => p.UnansweredInitiations > 1);

    /// <summary>An engine that is gone may have left its last word.</summary>
    private static string Explain(string tunnel, ControlException e)
    {
        if (e.Failure == ControlFailure.NotPermitted) return e.Message;
        var record = RunRecord.TryRead(RunDirectory.RecordOf(tunnel));
        if (record is { Ended: { } reason }) return $"{tunnel} is not up: it ended because {reason}";
        return record is { File: { } file } && !record.ByDaemon
            ? $"{e.Message}; `holdfast up {file}` takes its device over, `holdfast down {tunnel}` cleans up"
            : e.Message;
    }
}
