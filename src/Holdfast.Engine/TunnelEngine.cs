using System.Threading.Channels;
using Holdfast.Control;
using Holdfast.Engine.Api;
using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Logging;
using Holdfast.Engine.Routing;
using Holdfast.Engine.Service;
using Holdfast.Engine.State;
using Holdfast.Engine.Uplinks;
using Holdfast.Linux.Files;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine;

/// <summary>An engine of its own for one tunnel: what <c>holdfast up</c> starts, and what <c>down</c> does without one.</summary>
/// <param name="origin">The tunnel's file.</param>
/// <param name="manager">Who is told that it is ready, makes progress and ends; the caller's.</param>
/// <param name="log">Where changes are told.</param>
public sealed class TunnelEngine(TunnelOrigin origin, ServiceManager manager, EventRecorder log)
{
    /// <summary>Runs a tunnel until it ends, or until it is told to.</summary>
    /// <param name="node">The tunnel as the only one of its node, and the uplinks.</param>
    /// <param name="up">Called once the tunnel is up, and ended if it throws.</param>
    /// <param name="reloads">Asked to read the file again, once for each item.</param>
    /// <param name="stopped">What becomes of the device when <paramref name="stop"/> ends the tunnel.</param>
    /// <param name="stop">Ends the tunnel.</param>
    /// <returns>Why it ended.</returns>
    public async Task<EndReason> RunAsync(
        NodeConfig node, Func<Task> up, ChannelReader<bool> reloads, EndKind stopped, CancellationToken stop)
    {
        var config = node.Tunnels[0];
        Directory.CreateDirectory(RunDirectory.Location);
        await using var state = StateStore.TryOpen(StateDirectory.Path, log);
        using var uplinks = UplinkWatch.Start(node.Uplinks, log);
        await using var service = await TunnelService.StartAsync(config, origin, state, uplinks, log).ConfigureAwait(false);
        await using var watchdog = EngineWatchdog.Start(manager, service.AnswersAsync);
        try
        {
            await up().ConfigureAwait(false);
            manager.IsReady(NodeReport.Of([config.Name], [], isBehind: false));
            WarmUp.Begin(log);
        }
        catch
        {
            await service.StopAsync(new EndReason(EndKind.Down, "what comes after it failed")).ConfigureAwait(false);
            throw;
        }
        while (await HasWishAsync(service, reloads, stop).ConfigureAwait(false))
        {
            reloads.TryRead(out _);
            config = await ReloadAsync(service, uplinks, config).ConfigureAwait(false);
        }
        manager.Stops();
        if (!service.Ended.IsCompleted)
            await service.StopAsync(new EndReason(stopped, "told to end")).ConfigureAwait(false);
        return await service.Ended.ConfigureAwait(false);
    }

    /// <summary>Waits for a wish to read the file again; false at the end.</summary>
    private static async Task<bool> HasWishAsync(TunnelService service, ChannelReader<bool> reloads, CancellationToken stop)
    {
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var wish = reloads.WaitToReadAsync(wake.Token).AsTask();
        await Task.WhenAny(service.Ended, wish).ConfigureAwait(false);
        await wake.CancelAsync().ConfigureAwait(false);
        return !service.Ended.IsCompleted && !stop.IsCancellationRequested && wish.IsCompletedSuccessfully;
    }

    /// <summary>Takes the file as it is now, or stays with what is in force; returns what is. Commands of the file are not run, and
    /// its name servers stay as they were set: both are the client's.</summary>
    private async Task<TunnelConfig> ReloadAsync(TunnelService service, UplinkWatch uplinks, TunnelConfig running)
    {
        manager.Reloads();
        var result = TunnelFile.OnHost.LoadOne(origin.File);
        foreach (var warning in result.Warnings) Log.ConfigWarning(log, warning.ToString());
        foreach (var error in result.Errors) Log.ReloadRefused(log, error.ToString());
        var wanted = result.Value?.Tunnels[0];
        var isTaken = wanted is not null && await TryBecomeAsync(service, running, wanted).ConfigureAwait(false);
        manager.IsReady(NodeReport.Of([running.Name], [], isBehind: !isTaken));
        (isTaken ? running : wanted)?.ForgetKeys();
        if (!isTaken) return running;
        uplinks.SetListed(result.Value!.Uplinks);
        Log.Reloaded(log, origin.File);
        return wanted!;
    }

    private async Task<bool> TryBecomeAsync(TunnelService service, TunnelConfig running, TunnelConfig wanted)
    {
        try
        {
            if (wanted.Name != running.Name)
                throw new InvalidOperationException(
                    $"the tunnel is called {wanted.Name} there, and runs as {running.Name}; `holdfast down {running.Name}` first");
            await service.ReloadAsync(wanted).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (Node.IsFault(e))
        {
            Log.ReloadRefused(log, e.Message);
            return false;
        }
    }

    /// <summary>
    /// Takes away what an engine that was killed left behind: rules, routes, addresses, the device. True if there was anything.
    /// </summary>
    /// <exception cref="Holdfast.Linux.LinuxException">The kernel refuses.</exception>
    public static bool RemoveLeftovers(string name, ILogger log)
    {
        var record = RunRecord.TryRead(RunDirectory.RecordOf(name));
        SocketFile.Sweep(WireGuardSocket.PathOf(name));
        SocketFile.Sweep(RunDirectory.SocketOf(name));
        using var network = new NetworkReconciler(name, log);
        var (exists, isOurs) = network.DeviceState();
        if (record is null && !(exists && isOurs)) return RemoveFiles(RunDirectory.SocketOf(name));
        NetworkLeftovers.Remove(
            network, record ?? new RunRecord { Name = name, HasFirewall = true }, deviceToo: exists && isOurs, log);
        if (record?.File is { } file) AtomicFile.RemoveLeftover(file);
        RemoveFiles(WireGuardSocket.PathOf(name), RunDirectory.SocketOf(name), RunDirectory.RecordOf(name));
        return true;
    }

    /// <summary>
    /// Takes away what a daemon left, every tunnel of its file, with the devices. What still runs, or is somebody else's, stays.
    /// </summary>
    /// <param name="file">The daemon's file; it need not be there any more.</param>
    /// <param name="log">Where it is logged what could not be taken away.</param>
    /// <returns>The names of the tunnels that are gone.</returns>
    public static IReadOnlyList<string> RemoveLeftoversOf(string file, ILogger log)
    {
        var full = Path.GetFullPath(file);
        var left = RunDirectory.Records()
            .Where(name => RunRecord.TryRead(RunDirectory.RecordOf(name)) is { ByDaemon: true } record && record.File == full)
            .Where(name => !SocketFile.IsAnswered(RunDirectory.SocketOf(name)));
        return [.. left.Where(name => RemoveLeftovers(name, log))];
    }

    private static bool RemoveFiles(params string[] paths)
    {
        var left = paths.Where(File.Exists).ToList();
        left.ForEach(File.Delete);
        return left.Count > 0;
    }
}
