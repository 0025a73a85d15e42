using System.Text;
using Holdfast.Linux.Files;

namespace Holdfast.Engine.Config;

/// <summary>The files of this host.</summary>
public sealed class SystemConfigFiles : IConfigFiles
{
    /// <summary>The one instance; it has no state.</summary>
    public static readonly SystemConfigFiles Instance = new();

    private SystemConfigFiles()
    {
    }

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        try
        {
            return Directory.GetFiles(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public ConfigText Read(string path, int mostBytes)
    {
        // The permissions below are Unix's.
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        using var file = new FileStream(RegularFile.Open(path, out var mode, out uint owner), FileAccess.Read);
        string target = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName
            ?? Path.GetFullPath(path);
        var directory = File.GetUnixFileMode(Path.GetDirectoryName(target) ?? "/");
        return new(ReadText(file, mostBytes), mode, directory, owner);
    }

    private static string ReadText(FileStream file, int mostBytes)
    {
        using var bytes = new MemoryStream();
        var chunk = new byte[65536];
        try
        {
            for (int count; (count = file.Read(chunk)) > 0;)
            {
                if (bytes.Length + count > mostBytes) throw new IOException($"it is longer than {mostBytes} bytes");
                bytes.Write(chunk, 0, count);
            }
            return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
        finally
        {
            // The file may hold keys.
            Array.Clear(chunk);
            Array.Clear(bytes.GetBuffer());
        }
    }
}
