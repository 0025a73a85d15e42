using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Files;

/// <summary>The kernel's settings under /proc/sys. Those of the network are the ones of the calling thread's namespace.</summary>
public static class Sysctl
{
    private const string Root = "/proc/sys/";

    /// <summary>Reads a setting.</summary>
    /// <param name="name">With slashes or dots: net/ipv4/ip_forward. Slashes where a part has a dot of its own.</param>
    /// <returns>Its text without the line's end; null if this kernel has no such setting.</returns>
    /// <exception cref="IOException">It can't be read.</exception>
    public static string? Read(string name)
    {
        var path = PathOf(name);
        return File.Exists(path) ? File.ReadAllText(path).TrimEnd('\n') : null;
    }

    /// <summary>Changes a setting.</summary>
    /// <param name="name">As for <see cref="Read"/>.</param>
    /// <param name="value">The text.</param>
    /// <exception cref="LinuxException">ENOENT: this kernel has no such setting; EACCES or EROFS: not allowed; EINVAL.</exception>
    public static unsafe void Write(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var operation = $"set {name} to {value}";
        var fd = LinuxException.Check(operation, Libc.Open(PathOf(name), Libc.O_WRONLY | Libc.O_CLOEXEC));
        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        var bytes = Encoding.UTF8.GetBytes(value);
        // One write: each is a setting of its own.
        fixed (byte* text = bytes) LinuxException.Check(operation, Libc.Write(fd, text, bytes.Length));
    }

    private static string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var path = name.Contains('/') ? name : name.Replace('.', '/');
        if (path.StartsWith('/') || path.Split('/').Contains(".."))
            throw new ArgumentException($"'{name}' is not a name under {Root}", nameof(name));
        return Root + path;
    }
}
