using Holdfast.Control;

namespace Holdfast.Running;

/// <summary>The events of one tunnel, and how far they were read.</summary>
/// <param name="name">The tunnel's name.</param>
internal sealed class LogSource(string name)
{
    /// <summary>The tunnel's name.</summary>
    internal string Name { get; } = name;

    /// <summary>Which engine told last; null for none.</summary>
    internal string? Engine { get; private set; }

    /// <summary>The last event that was read of it.</summary>
    internal long Last { get; private set; }

    /// <summary>Events that went before they were read.</summary>
    internal long Missed { get; private set; }

    /// <summary>Reads what came since.</summary>
    /// <param name="wait">Whether to wait for something, for some seconds.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="ControlException">The engine can't be asked.</exception>
    internal async Task<IReadOnlyList<EngineEvent>> ReadAsync(bool wait, CancellationToken cancel)
    {
        Missed = 0;
        var request = new ControlRequest { Verb = ControlVerbs.Log, Engine = Engine, After = Last, Wait = wait };
        var reply = await ControlClient.AskAsync(Name, request, Patience, cancel);
        if (reply.Log is not { } page)
            throw new ControlException(ControlFailure.NotAnswering, $"the engine of {Name} knows no events: {reply.Error ?? "it is older"}");
        (Engine, Last, Missed) = (page.Engine, page.Last, page.Missed);
        return page.Events;
    }

    /// <summary>Longer than an engine waits for something to tell.</summary>
    private static TimeSpan Patience => TimeSpan.FromSeconds(20);
}
