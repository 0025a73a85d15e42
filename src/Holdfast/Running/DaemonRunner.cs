using System.Runtime.InteropServices;
using System.Threading.Channels;
using Holdfast.Crypto;
using Holdfast.Engine;
using Holdfast.Engine.Config;
using Holdfast.Engine.Logging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Running;

/// <summary><c>daemon</c>: all tunnels of one YAML file; SIGHUP reads it again.</summary>
internal static class DaemonRunner
{
    /// <summary>Runs until SIGTERM or SIGINT.</summary>
    /// <exception cref="CommandException">The file can't be used.</exception>
    internal static async Task RunAsync(string path, TextWriter errors)
    {
        CryptoLibraries.Require();
        Rights.Require();
        var log = new LineLog(errors, LogLevel.Information);
        var reloads = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var stop = new CancellationTokenSource();
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reloads.Writer.TryWrite(true);
        });
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        IReadOnlyList<ConfigError> faults = await new Node(path, log).RunAsync(reloads.Reader, _ => { }, stop.Token);
        if (faults.Count > 0) throw new CommandException(string.Join('\n', faults));

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
