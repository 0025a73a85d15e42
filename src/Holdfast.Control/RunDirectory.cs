namespace Holdfast.Control;

/// <summary>Where engines put what lives as long as they do: /run/holdfast, moved by HOLDFAST_RUN_DIR.</summary>
public static class RunDirectory
{
    /// <summary>The variable that moves it.</summary>
    public const string Variable = "HOLDFAST_RUN_DIR";

    private const string Default = "/run/holdfast";

    private const string SocketSuffix = ".sock";

    private const string RecordSuffix = ".json";

    /// <summary>The directory; it may not exist yet.</summary>
    public static string Location =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } moved ? Path.GetFullPath(moved) : Default;

    /// <summary>The control socket of a tunnel.</summary>
    /// <exception cref="ArgumentException">The name can't be a file's.</exception>
    public static string SocketOf(string name) => PathOf(name, SocketSuffix);

    /// <summary>The record of what a tunnel's engine changed outside its own device.</summary>
    /// <exception cref="ArgumentException">The name can't be a file's.</exception>
    public static string RecordOf(string name) => PathOf(name, RecordSuffix);

    /// <summary>The names that have a control socket, dead ones included, in order.</summary>
    public static IReadOnlyList<string> Tunnels() => NamesWith(SocketSuffix);

    /// <summary>The names that have a record, those of engines that ended included, in order.</summary>
    public static IReadOnlyList<string> Records() => NamesWith(RecordSuffix);

    private static IReadOnlyList<string> NamesWith(string suffix) => !Directory.Exists(Location) ? [] :
    [
        .. Directory.EnumerateFileSystemEntries(Location, "*" + suffix)
            .Select(path => Path.GetFileName(path)[..^suffix.Length]).Order(StringComparer.Ordinal),
    ];

    private static string PathOf(string name, string suffix)
    {
        if (name is "" or "." or ".." || name.Contains('/') || name.Contains('\0'))
            throw new ArgumentException($"'{name}' is not the name of a tunnel", nameof(name));
        return Path.Combine(Location, name + suffix);
    }
}
