namespace Holdfast.LabTests.Kills;

/// <summary>Something that a kill may come into.</summary>
/// <param name="Name">What it is, for people.</param>
/// <param name="Ready">Brings the host to where it begins.</param>
/// <param name="Begin">Begins it.</param>
internal sealed record Phase(string Name, Func<Task> Ready, Func<Task<Course>> Begin)
{
    /// <summary>Which program is under test: decides how it is started again.</summary>
    public Mode Mode { get; init; } = Mode.Up;

    /// <summary>Whether an engine may be left without the client that waits for it.</summary>
    public bool LosesClient { get; init; }

    /// <summary>Whether the other end's endpoint changes within.</summary>
    public bool MovesEndpoint { get; init; }
}
