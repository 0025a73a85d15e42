using System.Runtime.InteropServices;
using System.Threading.Channels;
using Holdfast.Linux.Processes;

namespace Holdfast.Engine.Service;

/// <summary>
/// SIGHUP as the wish to read the configuration again, while this object lives. A process that was started with the signal
/// ignored, as nohup(1) does, hears it all the same.
/// </summary>
public sealed class ReloadSignal : IDisposable
{
    private readonly Channel<bool> _wishes =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly PosixSignalRegistration _registration;

    private ReloadSignal()
    {
        // What is ignored when a handler is asked for stays ignored by the runtime.
        SignalActions.SetDefault(ProcessHandle.HangUp);
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _wishes.Writer.TryWrite(true);
        });
    }

    /// <summary>Wishes that nobody has heard yet: many before one was heard are one.</summary>
    public ChannelReader<bool> Wishes => _wishes.Reader;

    /// <summary>Takes the signal.</summary>
    public static ReloadSignal Take() => new();

    /// <summary>Gives the signal its default action back, which ends the process.</summary>
    public void Dispose() => _registration.Dispose();
}
