namespace Holdfast.Labs;

/// <summary>The shipped executable that the lab runs.</summary>
public static class HoldfastBinary
{
    /// <summary>The environment variable that names another executable than the one that `make` puts into
    /// out/.</summary>
    public const string Variable = "HOLDFAST_BINARY";

    /// <summary>Full path of the executable.</summary>
    /// <exception cref="LabException">It is not there.</exception>
    public static string Path => Find(Environment.GetEnvironmentVariable(Variable), Repository.Root);

    internal static string Find(string? named, string? root)
    {
        var path = !string.IsNullOrEmpty(named) ? System.IO.Path.GetFullPath(named)
            : root is not null ? System.IO.Path.Combine(root, "out", "holdfast")
            : throw new LabException($"the repository was not found above {AppContext.BaseDirectory}: set {Variable}");
        return File.Exists(path)
            ? path
            : throw new LabException($"{path} is missing: run `make` first, or set {Variable}");
    }
}
