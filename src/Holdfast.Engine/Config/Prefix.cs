using System.Net;
using System.Net.Sockets;

namespace Holdfast.Engine.Config;

/// <summary>Arithmetic on IP prefixes.</summary>
public static class Prefix
{
    /// <summary>Bits of an address of this family: 32 or 128.</summary>
    public static byte Bits(AddressFamily family) => family == AddressFamily.InterNetwork ? (byte)32 : (byte)128;

    /// <summary>The prefix of that length that holds <paramref name="address"/>; host bits are cleared.</summary>
    public static IPNetwork Of(IPAddress address, int length)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int count);
        for (int i = 0; i < count; i++)
        {
            int keep = Math.Clamp(length - (8 * i), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - keep));
        }
        return new IPNetwork(new IPAddress(bytes[..count]), length);
    }

    /// <summary>Whether every address of <paramref name="inner"/> is in <paramref name="outer"/>.</summary>
    public static bool Covers(IPNetwork outer, IPNetwork inner)
        => outer.PrefixLength <= inner.PrefixLength && outer.Contains(inner.BaseAddress);
}
