using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;
using Holdfast.Linux;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine;

/// <summary>
/// One change from a node's configuration to another, as a whole or not at all. What only one tunnel can have is given up
/// before another takes it: gone tunnels stop first, then tunnels let go of ports, addresses and prefixes that others are to
/// have, then all become what they are to be.
/// </summary>
/// <param name="running">The tunnels by name; brought up to date.</param>
/// <param name="before">What is in force.</param>
/// <param name="wanted">What is to be.</param>
/// <param name="start">Starts a tunnel.</param>
/// <param name="log">Where what can't be taken back is logged.</param>
internal sealed class NodeReload(
    Dictionary<string, TunnelService> running, NodeConfig before, NodeConfig wanted,
    Func<TunnelConfig, Task<TunnelService>> start, ILogger log)
{
    /// <summary>From a deleted device to the end of its engine.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private readonly Stack<(string Tunnel, Func<Task> Step)> _undo = new();

    /// <summary>Makes the change.</summary>
    /// <exception cref="IOException">Something of it can't be; all was taken back.</exception>
    internal async Task RunAsync()
    {
        var changed = wanted.Tunnels.Where(t => running.ContainsKey(t.Name))
            .Select(t => (Before: before.Tunnels.Single(b => b.Name == t.Name), After: t))
            .Where(c => c.Before != c.After).ToArray();
        try
        {
            foreach (var tunnel in before.Tunnels.Where(b => wanted.Tunnels.All(t => t.Name != b.Name)))
                await StopAsync(tunnel).ConfigureAwait(false);
            var yielding = changed.Select(c => c.Before.Yielding(wanted)).ToArray();
            foreach (var (change, less) in changed.Zip(yielding))
                await ApplyAsync(change.Before, less).ConfigureAwait(false);
            foreach (var (change, less) in changed.Zip(yielding))
                await ApplyAsync(less, change.After).ConfigureAwait(false);
            // One that is in force but does not run is tried again anyway, whatever becomes of this.
            foreach (var tunnel in wanted.Tunnels.Where(t => !running.ContainsKey(t.Name) && !before.Tunnels.Contains(t)))
                await StartAsync(tunnel).ConfigureAwait(false);
        }
        catch (Exception e) when (Node.IsFault(e))
        {
            while (_undo.TryPop(out var back)) await GuardAsync(back.Tunnel, back.Step).ConfigureAwait(false);
            throw;
        }
    }

    private async Task StopAsync(TunnelConfig tunnel)
    {
        if (!running.ContainsKey(tunnel.Name)) return;
        await TakeDownAsync(tunnel.Name, "not in the file any more").ConfigureAwait(false);
        _undo.Push((tunnel.Name, () => BringUpAsync(tunnel)));
    }

    private async Task StartAsync(TunnelConfig tunnel)
    {
        await BringUpAsync(tunnel).ConfigureAwait(false);
        _undo.Push((tunnel.Name, () => TakeDownAsync(tunnel.Name, "the reload failed")));
    }

    private async Task ApplyAsync(TunnelConfig from, TunnelConfig to)
    {
        if (from == to) return;
        await BecomeAsync(to).ConfigureAwait(false);
        _undo.Push((to.Name, () => BecomeAsync(from)));
    }

    private async Task BringUpAsync(TunnelConfig tunnel) =>
        running[tunnel.Name] = await start(tunnel).ConfigureAwait(false);

    private async Task TakeDownAsync(string name, string reason)
    {
        if (running.Remove(name, out var service))
            await GuardAsync(name, () => service.StopAsync(new EndReason(EndKind.Down, reason))).ConfigureAwait(false);
    }

    private async Task BecomeAsync(TunnelConfig to)
    {
        if (!running.TryGetValue(to.Name, out var service))
        {
            await BringUpAsync(to).ConfigureAwait(false);
            return;
        }
        try
        {
            await service.ReloadAsync(to).ConfigureAwait(false);
        }
        catch (Exception e) when (e is EngineEndedException or LinuxException { Errno: Errno.ENODEV or Errno.EBADFD })
        {
            // Its device was deleted in this very moment: it starts as what it is to be.
            await Task.WhenAny(service.Ended, Task.Delay(EndPatience)).ConfigureAwait(false);
            if (!service.Ended.IsCompleted) throw;
            running.Remove(to.Name);
            await GuardAsync(to.Name, () => service.DisposeAsync().AsTask()).ConfigureAwait(false);
            await BringUpAsync(to).ConfigureAwait(false);
        }
    }

    /// <summary>One tunnel's trouble on its way out or back must not end the others.</summary>
    private async Task GuardAsync(string tunnel, Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (Exception e) when (Node.IsFault(e))
        {
            Log.TunnelNotStopped(log, tunnel, e.Message);
        }
    }
}
