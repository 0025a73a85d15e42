using System.Diagnostics;
using System.Globalization;
using Holdfast.Control;

namespace Holdfast.Engine.Health;

/// <summary>The last events of this process. Any thread may add and read.</summary>
internal sealed class EventRing
{
    // --- constant after construction -----------------------------------------------------------------------
    private readonly EngineEvent[] _events;

    // --- guarded by _guard ---------------------------------------------------------------------------------
    private readonly Lock _guard = new();
    private long _last; // numbers begin with 1
    private TaskCompletionSource? _next; // made by the first who waits

    /// <summary>Keeps so many; the oldest go first.</summary>
    internal EventRing(int capacity = EngineLimits.Events) => _events = new EngineEvent[capacity];

    /// <summary>Tells this process from every other on this machine.</summary>
    internal string Engine { get; } = NameOfProcess();

    /// <summary>Adds an event, which gets its number here.</summary>
    internal void Add(EngineEvent happened)
    {
        TaskCompletionSource? waiting;
        lock (_guard)
        {
            _last++;
            _events[_last % _events.Length] = happened with { Engine = Engine, Sequence = _last };
            (waiting, _next) = (_next, null);
        }
        waiting?.SetResult();
    }

    /// <summary>What a tunnel's clients are to know: what is about it, or about all.</summary>
    /// <param name="tunnel">The tunnel's name.</param>
    /// <param name="after">The last number that is known.</param>
    /// <param name="next">Ends with the next event of any tunnel.</param>
    internal EventPage Read(string tunnel, long after, out Task next)
    {
        lock (_guard)
        {
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            next = _next.Task;
            after = Math.Clamp(after, 0, _last);
            var first = Math.Max(after, _last - _events.Length) + 1;
            var events = new List<EngineEvent>();
            for (var number = first; number <= _last; number++)
            {
                var one = _events[number % _events.Length];
                if (one.Tunnel is null || one.Tunnel == tunnel) events.Add(one);
            }
            return new EventPage { Engine = Engine, Last = _last, Missed = after == 0 ? 0 : first - 1 - after, Events = events };
        }
    }

    /// <summary>Answers a question for events.</summary>
    /// <param name="tunnel">Whose socket it came by.</param>
    /// <param name="request">The question.</param>
    /// <param name="cancel">Ends the waiting, with an answer.</param>
    internal async Task<EventPage> AnswerAsync(string tunnel, ControlRequest request, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(EngineLimits.EventPatience);
        var page = Read(tunnel, request.Engine == Engine ? request.After : 0, out var next);
        while (request.Wait && page.Events.Count == 0 && !patience.IsCancellationRequested)
        {
            await next.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            page = Read(tunnel, page.Last, out next) with { Missed = page.Missed };
        }
        return page;
    }

    private static string NameOfProcess()
    {
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds();
        return string.Create(CultureInfo.InvariantCulture, $"{process.Id}-{started}");
    }
}
