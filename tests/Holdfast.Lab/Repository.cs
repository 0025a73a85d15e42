namespace Holdfast.Labs;

/// <summary>Where the repository stands that this program was built in.</summary>
internal static class Repository
{
    /// <summary>The repository's root, or null when the program was copied elsewhere.</summary>
    public static string? Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Where labs keep what they write: out/lab in the repository, else below the temporary
    /// directory.</summary>
    public static string LabDirectory { get; } = Root is { } root
        ? Path.Combine(root, "out", "lab")
        : Path.Combine(Path.GetTempPath(), "holdfast-lab");

    private static string? Find(string from)
    {
        for (var at = new DirectoryInfo(from); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Holdfast.slnx")))
                return at.FullName;
        }
        return null;
    }
}
