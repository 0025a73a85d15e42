using Holdfast.Engine.Config;

namespace Holdfast.Tests.Config;

/// <summary>Files that exist only in a test.</summary>
internal sealed class MemoryFiles : Dictionary<string, ConfigText>, IConfigFiles
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public MemoryFiles With(string path, string text, UnixFileMode extra = 0, uint owner = 0)
    {
        this[path] = new(text, Private | extra, (UnixFileMode)0x1ff, owner);
        return this;
    }

    public bool Exists(string path) => ContainsKey(path);

    public IReadOnlyList<string> List(string directory) =>
        [.. Keys.Where(path => path.StartsWith(directory + '/', StringComparison.Ordinal))];

    public ConfigText Read(string path, int mostBytes)
    {
        if (!TryGetValue(path, out var text)) throw new FileNotFoundException("no such file");
        return text.Text.Length <= mostBytes ? text : throw new IOException("too long");
    }
}
