using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Runtime.InteropServices;
using Holdfast.Crypto;
using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;
using Holdfast.Protocol;

namespace Holdfast.Engine.Api;

/// <summary>Reads the values of WireGuard's userspace protocol, as strictly as wireguard-go does.</summary>
internal static class WireGuardValue
{
    private const int HexKey = 2 * Secret.Size;

    // [39 digits and colons%15 characters]:5 digits; an allowed IP is shorter.
    private const int LongestAddress = 128;

    internal static bool IsTrue(ReadOnlySpan<byte> value) => value.SequenceEqual("true"u8);

    /// <summary>Decimal digits alone; leading zeros are allowed.</summary>
    internal static bool TryNumber<T>(ReadOnlySpan<byte> value, out T number)
        where T : struct, IBinaryInteger<T> => NumberText.TryDecimal(value, out number);

    internal static bool TryPublicKey(ReadOnlySpan<byte> value, out PublicKey key)
    {
        key = default;
        Span<char> hex = stackalloc char[HexKey];
        return TryWiden(value, hex, out var length) && PublicKey.TryParseHex(hex[..length], out key);
    }

    internal static bool TrySecret(ReadOnlySpan<byte> value, [NotNullWhen(true)] out Secret? secret)
    {
        secret = null;
        Span<char> hex = stackalloc char[HexKey];
        using var wiped = new Zeroed(MemoryMarshal.AsBytes(hex));
        return TryWiden(value, hex, out var length) && Secret.TryParseHex(hex[..length], out secret);
    }

    /// <summary>
    /// <c>address:port</c>, IPv6 in brackets and there alone; the port may be 0. Names are not looked up.
    /// </summary>
    internal static bool TryEndpoint(ReadOnlySpan<byte> value, out Endpoint endpoint)
    {
        endpoint = default;
        var colon = value.LastIndexOf((byte)':');
        if (colon <= 0 || !TryNumber<ushort>(value[(colon + 1)..], out var port)) return false;
        var host = value[..colon];
        var bracketed = host is [(byte)'[', .., (byte)']'];
        if (bracketed) host = host[1..^1];
        if (!TryAddress(host, withZone: bracketed, out var address)) return false;
        if (bracketed != (address.AddressFamily == AddressFamily.InterNetworkV6)) return false;
        endpoint = Endpoint.From(new IPEndPoint(address, port));
        return true;
    }

    /// <summary>A prefix, host bits cleared; with a minus sign before it, it goes.</summary>
    internal static bool TryAllowedIp(ReadOnlySpan<byte> value, out AllowedIpDelta allowed)
    {
        allowed = default;
        var removes = value.StartsWith("-"u8);
        if (removes) value = value[1..];
        var slash = value.IndexOf((byte)'/');
        if (slash < 0 || !TryAddress(value[..slash], withZone: false, out var address)
            || !TryNumber<byte>(value[(slash + 1)..], out var length) || length > Prefix.Bits(address.AddressFamily))
            return false;
        allowed = new AllowedIpDelta(Prefix.Of(address, length), removes);
        return true;
    }

    private static bool TryAddress(ReadOnlySpan<byte> value, bool withZone, out IPAddress address)
    {
        address = IPAddress.None;
        Span<char> text = stackalloc char[LongestAddress];
        if (!TryWiden(value, text, out var length)) return false;
        text = text[..length];
        var zone = text.IndexOf('%');
        if (zone < 0) return AddressText.TryAddress(text, out address);
        // The framework finds the interface's number by its name.
        if (!withZone || !AddressText.TryAddress(text[..zone], out _) || !IPAddress.TryParse(text, out var zoned)
            || zoned.AddressFamily != AddressFamily.InterNetworkV6 || zoned.ScopeId == 0)
            return false;
        address = zoned;
        return true;
    }

    private static bool TryWiden(ReadOnlySpan<byte> ascii, Span<char> fill, out int length)
    {
        length = ascii.Length;
        if (length > fill.Length) return false;
        for (var i = 0; i < length; i++) fill[i] = (char)ascii[i]; // beyond ASCII it is no digit, and refused as such
        return true;
    }
}
