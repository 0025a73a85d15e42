using System.Runtime.InteropServices;
using Holdfast.Crypto;
using Holdfast.Engine;
using Holdfast.Engine.Config;
using Holdfast.Engine.Logging;
using Holdfast.Engine.Service;
using Microsoft.Extensions.Logging;

namespace Holdfast.Running;

/// <summary><c>daemon</c>: all tunnels of one YAML file; SIGHUP reads it again.</summary>
internal static class DaemonRunner
{
    /// <summary>Runs until SIGTERM or SIGINT.</summary>
    /// <exception cref="CommandException">The file can't be used.</exception>
    internal static async Task RunAsync(string path, TextWriter errors)
    {
        using var manager = ServiceManager.Take();
        CryptoLibraries.Require();
        Rights.Require();
        var log = EventLog.Open(errors, LogLevel.Information);
        using var reload = ReloadSignal.Take();
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        IReadOnlyList<ConfigError> faults = await new Node(path, manager, log).RunAsync(reload.Wishes, stop.Token);
        if (faults.Count > 0) throw new CommandException(string.Join('\n', faults));

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Takes away what a daemon of this file left, unless systemd is about to start it again.</summary>
    /// <param name="path">The daemon's file.</param>
    /// <param name="unit">The unit that it runs as; null takes everything away without a question.</param>
    /// <param name="errors">Where it is said what was done.</param>
    /// <exception cref="IOException">systemd can't be asked: all is left as it is.</exception>
    internal static async Task TakeDownAsync(string path, string? unit, TextWriter errors)
    {
        Rights.Require();
        if (unit is not null && !await UnitJob.IsStopAsync(unit)) return;
        var gone = TunnelEngine.RemoveLeftoversOf(path, EventLog.Open(errors, LogLevel.Warning));
        if (gone.Count > 0) await errors.WriteLineAsync($"taken down: {string.Join(", ", gone)}");
    }
}
