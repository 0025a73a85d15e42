using Holdfast.Control;
using Holdfast.Engine.Api;
using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Routing;
using Holdfast.Engine.State;
using Holdfast.Linux.Files;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine;

/// <summary>An engine of its own for one tunnel: what <c>holdfast up</c> starts, and what <c>down</c> does without one.</summary>
public static class TunnelEngine
{
    /// <summary>Runs a tunnel until it ends, or until it is told to.</summary>
    /// <param name="config">The tunnel.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="log">Where changes are logged.</param>
    /// <param name="up">Called once the tunnel is up, and ended if it throws.</param>
    /// <param name="stopped">What becomes of the device when <paramref name="stop"/> ends the tunnel.</param>
    /// <param name="stop">Ends the tunnel.</param>
    /// <returns>Why it ended.</returns>
    public static async Task<EndReason> RunAsync(
        TunnelConfig config, TunnelOrigin origin, ILogger log, Func<Task> up, EndKind stopped, CancellationToken stop)
    {
        Directory.CreateDirectory(RunDirectory.Location);
        await using var state = StateStore.TryOpen(StateDirectory.Path, log);
        await using var service = await TunnelService.StartAsync(config, origin, state, log).ConfigureAwait(false);
        try
        {
            await up().ConfigureAwait(false);
        }
        catch
        {
            await service.StopAsync(new EndReason(EndKind.Down, "what comes after it failed")).ConfigureAwait(false);
            throw;
        }
        var told = new TaskCompletionSource();
        await using var registration = stop.Register(told.SetResult).ConfigureAwait(false);
        await Task.WhenAny(service.Ended, told.Task).ConfigureAwait(false);
        if (!service.Ended.IsCompleted)
            await service.StopAsync(new EndReason(stopped, "told to end")).ConfigureAwait(false);
        return await service.Ended.ConfigureAwait(false);
    }

    /// <summary>
    /// Takes away what an engine that was killed left behind: rules, routes, addresses, the device. True if there was anything.
    /// </summary>
    /// <exception cref="Holdfast.Linux.LinuxException">The kernel refuses.</exception>
    public static bool RemoveLeftovers(string name, ILogger log)
    {
        var record = RunRecord.TryRead(RunDirectory.RecordOf(name));
        using var network = new NetworkReconciler(name, log);
        var (exists, isOurs) = network.DeviceState();
        if (record is null && !(exists && isOurs)) return RemoveFiles(RunDirectory.SocketOf(name));
        NetworkLeftovers.Remove(
            network, record ?? new RunRecord { Name = name, HasFirewall = true }, deviceToo: exists && isOurs, log);
        if (record?.File is { } file) AtomicFile.RemoveLeftover(file);
        RemoveFiles(WireGuardSocket.PathOf(name), RunDirectory.SocketOf(name), RunDirectory.RecordOf(name));
        return true;
    }

    private static bool RemoveFiles(params string[] paths)
    {
        var left = paths.Where(File.Exists).ToList();
        left.ForEach(File.Delete);
        return left.Count > 0;
    }
}
