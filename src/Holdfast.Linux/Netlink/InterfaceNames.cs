using System.Text;

namespace Holdfast.Linux.Netlink;

/// <summary>Names of interfaces by their indices, in the calling thread's network namespace (if_indextoname(3)).</summary>
public static unsafe class InterfaceNames
{
    private const int IF_NAMESIZE = 16;

    /// <summary>The name; null if there is no such interface.</summary>
    public static string? Of(int index)
    {
        var name = stackalloc byte[IF_NAMESIZE];
        if (Libc.IndexToName((uint)index, name) == null) return null;
        return Encoding.UTF8.GetString(new ReadOnlySpan<byte>(name, IF_NAMESIZE).SliceTo((byte)0));
    }

    private static ReadOnlySpan<byte> SliceTo(this ReadOnlySpan<byte> bytes, byte end) =>
        bytes.IndexOf(end) is var at and >= 0 ? bytes[..at] : bytes;
}
