using Holdfast.Control;
using Holdfast.Engine.Api;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Logging;
using Holdfast.Engine.Routing;
using Holdfast.Linux;
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
    /// <param name="recorder">Where changes are told.</param>
    /// <param name="up">Called once the device can be configured.</param>
    /// <param name="ended">Told why it ended, while nobody else can have the name yet.</param>
    /// <param name="stop">Ends the device.</param>
    /// <exception cref="LinuxException">It can't be made: somebody has the name, a right is missing.</exception>
    public static async Task RunAsync(
        string name, EventRecorder recorder, Func<Task> up, Action<EndReason> ended, CancellationToken stop)
    {
        var log = new TunnelLog(recorder, name);
        await using var tunnel = Start(name, log);
        await using var wireGuard = WireGuardSocket.Open(tunnel.Name, tunnel, log);
        await using var control = ControlServer.Open(
            tunnel.Name, (request, cancel) => HandleAsync(tunnel, request, cancel), recorder.Events, log);
        var deleted = wireGuard.WhenDeleted();
        await up().ConfigureAwait(false);
        WarmUp.Begin(log);
        var told = new TaskCompletionSource();
        await using var registration = stop.Register(told.SetResult).ConfigureAwait(false);
        await Task.WhenAny(tunnel.Ended, deleted, told.Task).ConfigureAwait(false);
        if (!tunnel.Ended.IsCompleted) await tunnel.EndAsync(new EndReason(EndKind.Down, "told to end")).ConfigureAwait(false);
        var reason = await tunnel.Ended.ConfigureAwait(false);
        Log.TunnelEnded(log, tunnel.Name, reason.Text);
        ended(reason);
    }

    /// <summary>Refuses an interface that is there already, whoever has it.</summary>
    /// <exception cref="LinuxException">EEXIST: there is one.</exception>
    public static void RefuseExisting(string name, ILogger log)
    {
        using var network = new NetworkReconciler(name, log);
        if (network.DeviceState().Exists) throw Exists(name);
    }

    private static RunningTunnel Start(string name, ILogger log)
    {
        try
        {
            return RunningTunnel.Start(new TunnelOptions { Name = name, Mtu = DefaultMtu, MustBeNew = true }, log);
        }
        catch (LinuxException e) when (e.Errno is Errno.EBUSY or Errno.EEXIST)
        {
            throw Exists(name); // it came between two looks
        }
    }

    private static LinuxException Exists(string name) => new($"make {name}", Errno.EEXIST,
        $"an interface {name} is there already; choose another name, or take that one away (`holdfast down {name}`, "
        + $"`ip link del {name}`)");

    private static async Task<ControlReply> HandleAsync(
        RunningTunnel tunnel, ControlRequest request, CancellationToken cancel)
    {
        if (request.Verb == ControlVerbs.Status)
            return new ControlReply { Ok = true, Status = await tunnel.StatusAsync().WaitAsync(cancel).ConfigureAwait(false) };
        if (request.Verb == ControlVerbs.Down) _ = tunnel.EndAsync(new EndReason(EndKind.Down, "asked to go down"));
        return new ControlReply { Ok = true };
    }
}
