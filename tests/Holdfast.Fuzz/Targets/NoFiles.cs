using Holdfast.Engine.Config;

namespace Holdfast.Fuzz.Targets;

/// <summary>Files that a configuration names: one with a key that is the input's too, and none besides.</summary>
internal sealed class NoFiles : IConfigFiles
{
    /// <summary>The text of the file whose name ends with "key".</summary>
    internal string Key { get; set; } = "";

    public bool Exists(string path) => path.EndsWith("key", StringComparison.Ordinal);

    public IReadOnlyList<string> List(string directory) => [];

    public ConfigText Read(string path, int mostBytes)
    {
        if (!Exists(path)) throw new FileNotFoundException("no such file");
        if (Key.Length > mostBytes) throw new IOException("too long");
        return new ConfigText(Key, UnixFileMode.UserRead, UnixFileMode.UserRead, Owner: 0);
    }
}
