namespace Holdfast.Control;

/// <summary>Events of an engine, oldest first.</summary>
public sealed record EventPage
{
    /// <summary>Which engine tells: another name for each process, so that its numbers are not taken for an earlier one's.</summary>
    public required string Engine { get; init; }

    /// <summary>The last number that was looked at: the one to ask for what comes after.</summary>
    public long Last { get; init; }

    /// <summary>Events after the one asked for that are not kept any more.</summary>
    public long Missed { get; init; }

    /// <summary>The events.</summary>
    public IReadOnlyList<EngineEvent> Events { get; init; } = [];
}
