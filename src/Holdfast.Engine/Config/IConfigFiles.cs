namespace Holdfast.Engine.Config;

/// <summary>The files that configuration is read from; a seam, so that reading can be tested without them.</summary>
public interface IConfigFiles
{
    /// <summary>Whether there is such a file.</summary>
    bool Exists(string path);

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mostBytes">The most bytes it may have.</param>
    /// <exception cref="IOException">It can't be read, or is longer.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a directory.</exception>
    ConfigText Read(string path, int mostBytes);
}
