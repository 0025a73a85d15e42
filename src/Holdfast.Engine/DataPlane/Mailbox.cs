using System.Threading.Channels;
using Holdfast.Linux.Events;

namespace Holdfast.Engine.DataPlane;

/// <summary>
/// Commands for the engine's thread from any other: bounded, in order, woken by an eventfd. Closed, it refuses; what had been
/// accepted before is still run.
/// </summary>
internal sealed class Mailbox : IDisposable
{
    private readonly Channel<Action> _commands = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(EngineLimits.MailboxCommands) { SingleReader = true });
    private readonly EventFd _bell = new();

    /// <summary>Readable when there are commands.</summary>
    internal int Fd => _bell.Fd;

    /// <summary>Runs something on the engine's thread and gives its result; what it throws is thrown here.</summary>
    /// <exception cref="EngineEndedException">The engine has ended.</exception>
    internal async Task<T> AskAsync<T>(Func<T> command)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Run()
        {
            try
            {
                answer.SetResult(command());
            }
#pragma warning disable CA1031 // whatever it is, it belongs to the one who asked
            catch (Exception e)
#pragma warning restore CA1031
            {
                answer.SetException(e);
            }
        }
        try
        {
            await _commands.Writer.WriteAsync(Run).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new EngineEndedException();
        }
        _bell.Signal();
        return await answer.Task.ConfigureAwait(false);
    }

    /// <summary>Leaves a command if there is room and the engine runs; false otherwise.</summary>
    internal bool TryPost(Action command)
    {
        if (!_commands.Writer.TryWrite(command)) return false;
        _bell.Signal();
        return true;
    }

    /// <summary>Runs what is there. Engine's thread only.</summary>
    internal void RunAll()
    {
        _bell.Acknowledge();
        while (_commands.Reader.TryRead(out var command)) command();
    }

    /// <summary>Accepts nothing more, and runs what was accepted, so that nobody waits for ever.</summary>
    internal void Close()
    {
        _commands.Writer.TryComplete();
        while (_commands.Reader.TryRead(out var command)) command();
    }

    public void Dispose() => _bell.Dispose();
}
