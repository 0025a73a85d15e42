using Holdfast.Crypto.Native;

namespace Holdfast.Crypto;

/// <summary>
/// BLAKE2s (RFC 7693) in the three forms that WireGuard uses. Any thread may call; nothing is allocated.
/// </summary>
public static class Blake2s
{
    /// <summary>Bytes of a hash, of an HMAC, of the long form of a keyed MAC and of its longest key.</summary>
    public const int Size = 32;

    /// <summary>Bytes of the short form of a keyed MAC.</summary>
    public const int ShortSize = 16;

    [ThreadStatic] private static DigestContext? _digest;
    [ThreadStatic] private static MacContext? _hmac;
    [ThreadStatic] private static MacContext? _mac;
    [ThreadStatic] private static MacContext? _shortMac;

    /// <summary>BLAKE2s-256 of the input; <paramref name="fill"/> has 32 bytes and may be part of the input.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> fill) => Hash(input, default, fill);

    /// <summary>BLAKE2s-256 of two inputs, one after the other.</summary>
    public static void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> fill)
    {
        RequireSize(fill, Size);
        (_digest ??= new DigestContext(Algorithms.Shared.Blake2s)).Hash(first, second, fill);
    }

    /// <summary>
    /// HMAC (RFC 2104) with BLAKE2s-256; a key of any length, a <paramref name="fill"/> of 32 bytes.
    /// </summary>
    public static void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> fill) =>
        Hmac(key, input, default, fill);

    /// <summary>HMAC with BLAKE2s-256 of two inputs, one after the other.</summary>
    public static void Hmac(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> fill)
    {
        RequireSize(fill, Size);
        (_hmac ??= MacContext.ForHmac()).Mac(key, first, second, fill);
    }

    /// <summary>
    /// BLAKE2s with a key of 1 to 32 bytes. The length of <paramref name="fill"/>, 16 or 32, is a parameter of the
    /// hash: the short form is no prefix of the long one.
    /// </summary>
    public static void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> fill) =>
        Mac(key, input, default, fill);

    /// <summary>BLAKE2s with a key, of two inputs, one after the other.</summary>
    public static void Mac(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> fill)
    {
        if (key.Length is 0 or > Size) throw new ArgumentException("a key has 1 to 32 bytes", nameof(key));
        var context = fill.Length switch
        {
            ShortSize => _shortMac ??= MacContext.ForBlake2s(ShortSize),
            Size => _mac ??= MacContext.ForBlake2s(Size),
            _ => throw new ArgumentException("a MAC has 16 or 32 bytes", nameof(fill)),
        };
        context.Mac(key, first, second, fill);
    }

    private static void RequireSize(Span<byte> fill, int size)
    {
        if (fill.Length != size) throw new ArgumentException("a hash has 32 bytes", nameof(fill));
    }
}
