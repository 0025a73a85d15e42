using Holdfast.Control;
using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Logging;
using Holdfast.Engine.Service;
using Holdfast.Engine.State;
using Holdfast.Engine.Uplinks;

namespace Holdfast.Engine;

/// <summary>
/// The daemon: runs all tunnels of one file. A tunnel that does not start, or whose device is deleted behind our back, is tried
/// again; a new file is taken as a whole or not at all. One loop does all of it, in turn.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="manager">Who is told how the daemon is; the caller's.</param>
/// <param name="log">Where changes are told.</param>
public sealed class Node(string path, ServiceManager manager, EventRecorder log)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>One tunnel's start: names that nobody answers for, and nft, each with a patience of its own.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    // --- the one loop only -----------------------------------------------------------------------------------
    private readonly Dictionary<string, TunnelService> _running = [];
    private readonly Dictionary<string, string> _refusals = [];
    private readonly HashSet<string> _takenDown = [];
    private NodeConfig _config = new();
    private bool _wasReady;
    private bool _isBehind;

    // --- published snapshot, replaced whole ------------------------------------------------------------------
    private volatile TunnelService[] _watched = [];

    /// <summary>Runs until told to stop. Devices stay then, with what leads to them, for the next daemon.</summary>
    /// <param name="reloads">Asked to read the file again, once for each item.</param>
    /// <param name="stop">Ends the daemon.</param>
    /// <returns>The errors of the file, if it can't be used at start; else none.</returns>
    public async Task<IReadOnlyList<ConfigError>> RunAsync(
        System.Threading.Channels.ChannelReader<bool> reloads, CancellationToken stop)
    {
        var first = TunnelFile.OnHost.LoadNode(path);
        foreach (var warning in first.Warnings) Log.ConfigWarning(log, warning.ToString());
        if (first.Value is null) return first.Errors;
        _config = first.Value;

        Directory.CreateDirectory(RunDirectory.Location);
        await using var state = StateStore.TryOpen(StateDirectory.Path, log);
        using var uplinks = UplinkWatch.Start(_config.Uplinks, log);
        await using var watchdog = EngineWatchdog.Start(manager, () => Task.WhenAll(_watched.Select(s => s.AnswersAsync())));
        try
        {
            await StartMissingAsync(state, uplinks).ConfigureAwait(false);
            WarmUp.Begin(log);
            while (!stop.IsCancellationRequested)
            {
                Report();
                await WaitAsync(reloads, stop).ConfigureAwait(false);
                if (stop.IsCancellationRequested) break;
                await SweepEndedAsync().ConfigureAwait(false);
                while (reloads.TryRead(out _)) await ReloadAsync(state, uplinks).ConfigureAwait(false);
                await StartMissingAsync(state, uplinks).ConfigureAwait(false);
            }
        }
        finally
        {
            manager.Stops();
            foreach (var service in _running.Values)
                await GuardAsync(service.Name, () => service.StopAsync(new EndReason(EndKind.Left, "the daemon ends"))).ConfigureAwait(false);
        }
        return [];
    }

    /// <summary>
    /// Ready is a node of whose tunnels, each tried once, at least one is up: one that can't come up must not keep the others
    /// from their users. Once ready it stays so; the line says what is missing.
    /// </summary>
    private void Report()
    {
        _watched = [.. _running.Values];
        var missing = Missing().Select(t => t.Name).ToArray();
        var line = NodeReport.Of(
            _running.Keys, [.. missing.Select(name => (name, _refusals.GetValueOrDefault(name)))], _isBehind);
        _wasReady |= _running.Count > 0 || missing.Length == 0;
        if (_wasReady) manager.IsReady(line);
        else manager.IsNotReady(line);
    }

    private async Task WaitAsync(System.Threading.Channels.ChannelReader<bool> reloads, CancellationToken stop)
    {
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var something = new List<Task>(_running.Values.Select(s => (Task)s.Ended))
        {
            reloads.WaitToReadAsync(wake.Token).AsTask(),
        };
        if (Missing().Any()) something.Add(Task.Delay(RetryAfter, wake.Token));
        await Task.WhenAny(something).ConfigureAwait(false);
        await wake.CancelAsync().ConfigureAwait(false);
    }

    private IEnumerable<TunnelConfig> Missing() =>
        _config.Tunnels.Where(t => !_running.ContainsKey(t.Name) && !_takenDown.Contains(t.Name));

    private async Task StartMissingAsync(StateStore? state, UplinkWatch uplinks)
    {
        foreach (var config in Missing().ToArray())
        {
            try
            {
                // The first try of each, not those that follow: a start has an end.
                if (!_refusals.ContainsKey(config.Name)) manager.StillStarts(StartPatience);
                _running[config.Name] = await StartAsync(config, state, uplinks).ConfigureAwait(false);
                _refusals.Remove(config.Name);
            }
            catch (Exception e) when (IsFault(e))
            {
                _refusals[config.Name] = e.Message;
                Log.TunnelNotStarted(log, config.Name, e.Message, RetryAfter);
            }
        }
    }

    private Task<TunnelService> StartAsync(TunnelConfig config, StateStore? state, UplinkWatch uplinks) =>
        TunnelService.StartAsync(config, new TunnelOrigin(Path.GetFullPath(path), ByDaemon: true), state, uplinks, log);

    private async Task SweepEndedAsync()
    {
        foreach (var service in _running.Values.Where(s => s.Ended.IsCompleted).ToArray())
        {
            var reason = await service.Ended.ConfigureAwait(false);
            await GuardAsync(service.Name, () => service.DisposeAsync().AsTask()).ConfigureAwait(false);
            _running.Remove(service.Name);
            if (reason.Kind == EndKind.Down) _takenDown.Add(service.Name); // until the file is read again
        }
    }

    /// <summary>Takes a new file as a whole, or stays with the last good one.</summary>
    private async Task ReloadAsync(StateStore? state, UplinkWatch uplinks)
    {
        manager.Reloads();
        var result = TunnelFile.OnHost.LoadNode(path);
        foreach (var warning in result.Warnings) Log.ConfigWarning(log, warning.ToString());
        foreach (var error in result.Errors) Log.ReloadRefused(log, error.ToString());
        _isBehind = true; // until the file is in force
        if (result.Value is not { } wanted) return;

        var before = _config;
        try
        {
            await new NodeReload(_running, before, wanted, t => StartAsync(t, state, uplinks), log).RunAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsFault(e))
        {
            Log.ReloadRefused(log, e.Message);
            ForgetKeys(wanted, but: before);
            return;
        }
        // A tunnel that did not change goes on with what it has.
        _config = wanted with { Tunnels = [.. wanted.Tunnels.Select(t => before.Tunnels.FirstOrDefault(t.Equals) ?? t)] };
        uplinks.SetListed(_config.Uplinks);
        ForgetKeys(before, but: _config);
        ForgetKeys(wanted, but: _config);
        _isBehind = false;
        _takenDown.Clear();
        Log.Reloaded(log, path);
    }

    private static void ForgetKeys(NodeConfig config, NodeConfig but)
    {
        foreach (var tunnel in config.Tunnels)
            if (!but.Tunnels.Any(t => ReferenceEquals(t, tunnel))) tunnel.ForgetKeys();
    }

    /// <summary>One tunnel's trouble on its way out or back must not end the others.</summary>
    private async Task GuardAsync(string name, Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (Exception e) when (IsFault(e))
        {
            Log.TunnelNotStopped(log, name, e.Message);
        }
    }

    // EngineEndedException is an InvalidOperationException; LinuxException is an IOException.
    internal static bool IsFault(Exception e) => e is IOException or UnauthorizedAccessException or InvalidOperationException;
}
