namespace Holdfast.Engine.Config;

/// <summary>The files that configuration is read from; a seam, so that reading can be tested without them.</summary>
public interface IConfigFiles
{
    /// <summary>Whether there is such a file.</summary>
    bool Exists(string path);

    /// <summary>The paths of a directory's files; none if it can't be read.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mostBytes">The most bytes it may have.</param>
    /// <exception cref="IOException">It can't be read, is longer, or is no file.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    ConfigText Read(string path, int mostBytes);
}
