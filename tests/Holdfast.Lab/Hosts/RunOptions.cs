namespace Holdfast.Labs;

/// <summary>How a program runs in a host.</summary>
public sealed record RunOptions
{
    /// <summary>The usual way.</summary>
    public static readonly RunOptions Usual = new();

    /// <summary>Longer, and it is killed and the test fails; not for
    /// <see cref="Host.Start(string, string[])"/>.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Standard input; null is empty.</summary>
    public string? Input { get; init; }

    /// <summary>Variables on top of the lab's own environment; a null value takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Working directory inside the host.</summary>
    public string Directory { get; init; } = "/";

    /// <summary>An exit code other than 0 is an answer, not a failure.</summary>
    public bool MayFail { get; init; }
}
