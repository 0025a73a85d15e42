using Holdfast.Control;
using Holdfast.Engine.Api;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Logging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine;

/// <summary>
/// A bare device, as <c>wireguard-go NAME</c> makes it: it has no configuration, <c>wg</c> gives it one; it ends with this
/// process, when it is deleted, or when its socket is.
/// </summary>
public static class DeviceEngine
{
    /// <summary>The MTU that userspace WireGuards give their device.</summary>
    private const int DefaultMtu = 1420;

    /// <summary>Runs a device until it ends or is told to.</summary>
    /// <param name="name">The interface's name.</param>
    /// <param name="log">Where changes are logged.</param>
    /// <param name="up">Called once the device can be configured.</param>
    /// <param name="stop">Ends the device.</param>
    /// <exception cref="Holdfast.Linux.LinuxException">It can't be made: somebody has the name, a right is missing.</exception>
    public static async Task<EndReason> RunAsync(string name, ILogger log, Func<Task> up, CancellationToken stop)
    {
        log = new TunnelLog(log, name);
        await using var tunnel = RunningTunnel.Start(new TunnelOptions { Name = name, Mtu = DefaultMtu }, log);
        await using var wireGuard = WireGuardSocket.Open(tunnel.Name, tunnel, log);
        await using var control = ControlServer.Open(tunnel.Name, (request, cancel) => HandleAsync(tunnel, request, cancel), log);
        await up().ConfigureAwait(false);
        var told = new TaskCompletionSource();
        await using var registration = stop.Register(told.SetResult).ConfigureAwait(false);
        await Task.WhenAny(tunnel.Ended, wireGuard.Deleted, told.Task).ConfigureAwait(false);
        if (!tunnel.Ended.IsCompleted) await tunnel.EndAsync(new EndReason(EndKind.Down, "told to end")).ConfigureAwait(false);
        var reason = await tunnel.Ended.ConfigureAwait(false);
        Log.TunnelEnded(log, tunnel.Name, reason.Text);
        return reason;
    }

    private static async Task<ControlReply> HandleAsync(
        RunningTunnel tunnel, ControlRequest request, CancellationToken cancel)
    {
        if (request.Verb == ControlVerbs.Status)
            return new ControlReply { Ok = true, Status = await tunnel.StatusAsync().WaitAsync(cancel).ConfigureAwait(false) };
        if (request.Verb == ControlVerbs.Down) _ = tunnel.EndAsync(new EndReason(EndKind.Down, "asked to go down"));
        return new ControlReply { Ok = true };
    }
}
