using System.Net;

namespace Holdfast.Linux.Netlink;

/// <summary>Prefixes as netlink has them: bytes and a length.</summary>
internal static class Prefix
{
    /// <summary>The network of an address; null if the length is none of its family.</summary>
    internal static IPNetwork? Of(IPAddress address, int length)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var size);
        if (length < 0 || length > size * 8) return null;
        for (var i = 0; i < size; i++)
        {
            var bits = Math.Clamp(length - i * 8, 0, 8);
            bytes[i] &= (byte)(0xff << (8 - bits));
        }
        return new IPNetwork(new IPAddress(bytes[..size]), length);
    }

    /// <summary>0.0.0.0/0 or ::/0.</summary>
    internal static IPNetwork All(bool six) => new(six ? IPAddress.IPv6Any : IPAddress.Any, 0);
}
