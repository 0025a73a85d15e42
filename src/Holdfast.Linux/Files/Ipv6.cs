namespace Holdfast.Linux.Files;

/// <summary>Whether this host has IPv6 at all.</summary>
public static class Ipv6
{
    private const string Interfaces = "/proc/sys/net/ipv6/conf";

    /// <summary>Whether some interface of the calling thread's namespace has IPv6. It is off everywhere after
    /// <c>sysctl -w net.ipv6.conf.all.disable_ipv6=1</c>, and in a kernel that was started without.</summary>
    public static bool IsOn => Directory.Exists(Interfaces) && Directory.EnumerateDirectories(Interfaces)
        .Where(path => Path.GetFileName(path) is not ("all" or "default")).Any(IsOnAt);

    private static bool IsOnAt(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(path, "disable_ipv6")).TrimEnd() == "0";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false; // the interface has just gone
        }
    }
}
