namespace Holdfast.Engine.Service;

/// <summary>
/// Keeps the service manager's watchdog quiet, honestly: only after every engine's own thread has answered does it hear
/// of life. One thread that hangs, or a process that is stopped, and it hears nothing more.
/// </summary>
internal sealed class EngineWatchdog : IAsyncDisposable
{
    /// <summary>Answers within one time-out, so that one late tick does not count.</summary>
    private const int AnswersPerTimeout = 3;

    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;

    private EngineWatchdog(ServiceManager manager, Func<Task> everyEngine) =>
        _watching = manager.Watchdog is { } timeout
            ? Task.Run(() => WatchAsync(timeout, manager, everyEngine)) : Task.CompletedTask;

    /// <summary>Begins, if the manager watches.</summary>
    /// <param name="manager">Who is told.</param>
    /// <param name="everyEngine">Asks every engine's thread, and ends when all have answered.</param>
    internal static EngineWatchdog Start(ServiceManager manager, Func<Task> everyEngine) => new(manager, everyEngine);

    private async Task WatchAsync(TimeSpan timeout, ServiceManager manager, Func<Task> everyEngine)
    {
        using var timer = new PeriodicTimer(timeout / AnswersPerTimeout);
        await RunAsync(timer.WaitForNextTickAsync, everyEngine, manager.IsAlive, _end.Token).ConfigureAwait(false);
    }

    /// <summary>Asks, tells, waits for the next tick; until the token ends.</summary>
    internal static async Task RunAsync(
        Func<CancellationToken, ValueTask<bool>> tick, Func<Task> everyEngine, Action isAlive, CancellationToken end)
    {
        try
        {
            do
            {
                await everyEngine().WaitAsync(end).ConfigureAwait(false);
                isAlive();
            }
            while (await tick(end).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return; // the process ends, and the manager knows
        }
    }

    /// <summary>Ends it; an engine that hangs is not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _end.Dispose();
    }
}
