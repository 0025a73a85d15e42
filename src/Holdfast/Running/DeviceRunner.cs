using System.Runtime.InteropServices;
using Holdfast.Control;
using Holdfast.Crypto;
using Holdfast.Engine;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Logging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Running;

/// <summary><c>device</c>: a bare device for <c>wg</c> and stock wg-quick, as wireguard-go makes it.</summary>
internal static class DeviceRunner
{
    /// <summary>Makes the device; returns once it can be configured, or in the foreground when it ended.</summary>
    /// <exception cref="CommandException">It can't be made.</exception>
    internal static async Task RunAsync(string name, bool foreground, TextWriter errors)
    {
        CryptoLibraries.Require();
        Rights.Require();
        DeviceEngine.RefuseExisting(name, EventLog.Open(errors, LogLevel.Warning)); // its log is somebody else's, too
        if (foreground) await RunEngineAsync(name, () => Task.CompletedTask, _ => { }, errors);
        else await EngineProcess.StartAsync(name, ["engine", "device", name]);
    }

    /// <summary>The engine in the background: started by the above, and reports to it.</summary>
    internal static Task RunBackgroundEngineAsync(string name, TextWriter errors) => EngineProcess.ReportingAsync(() =>
        RunEngineAsync(name, EngineProcess.ReportUpAsync, reason => RemoveLog(name, reason), errors));

    // Deleting the link is how wg-quick ends it: only a fault is something to be read afterwards.
    private static void RemoveLog(string name, EndReason reason)
    {
        if (reason.Kind != EndKind.Failed) File.Delete(EngineProcess.LogOf(name));
    }

    private static async Task RunEngineAsync(
        string name, Func<Task> up, Action<EndReason> ended, TextWriter errors)
    {
        Directory.CreateDirectory(RunDirectory.Location);
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await DeviceEngine.RunAsync(name, EventLog.Open(errors, LogLevel.Information), up, ended, stop.Token);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
