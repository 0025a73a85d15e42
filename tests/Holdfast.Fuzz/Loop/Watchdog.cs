namespace Holdfast.Fuzz.Loop;

/// <summary>Notices an execution that takes more than a second of processor time, saves its input and ends the process.</summary>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Action _hang;
    private readonly Timer _timer;
    private long _execution;
    private long _watched = -1;
    private TimeSpan _since;

    internal Watchdog(Action hang)
    {
        _hang = hang;
        _timer = new Timer(_ => Look(), null, Interval, Interval);
    }

    /// <summary>The number of the execution under way; negative between them.</summary>
    internal void Begin(long execution) => Volatile.Write(ref _execution, execution);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var execution = Volatile.Read(ref _execution);
        var used = Environment.CpuUsage.TotalTime;
        if (execution != _watched) (_watched, _since) = (execution, used);
        else if (execution >= 0 && used - _since > Limit) _hang();
    }
}
