namespace Holdfast.Linux.Processes;

/// <summary>How a process that outlives us is started.</summary>
public sealed record DetachedOptions
{
    /// <summary>The program's file, not searched for in PATH.</summary>
    public required string Path { get; init; }

    /// <summary>Its arguments, the first of which is by custom its name.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Its environment; null hands ours on.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The file that its output and errors are appended to (made with mode 0600); null discards them.</summary>
    public string? LogPath { get; init; }

    /// <summary>A descriptor of ours that it gets as number 3, a pipe to report through for instance; -1 for none.</summary>
    public int InheritedFd { get; init; } = -1;
}
