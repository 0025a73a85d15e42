using Holdfast.Crypto.Native;

namespace Holdfast.Crypto;

/// <summary>Diffie-Hellman over Curve25519 (RFC 7748). Any thread may call; nothing managed is allocated.</summary>
public static class X25519
{
    /// <summary>Bytes of a private key, a public key and a shared secret.</summary>
    public const int Size = 32;

    [ThreadStatic] private static KeyContext? _keys;

    /// <summary>The point with the coordinate 9, which public keys are multiples of (RFC 7748 4.1).</summary>
    internal static ReadOnlySpan<byte> BasePoint =>
    [
        9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>Agrees on a shared secret.</summary>
    /// <param name="privateKey">32 bytes; clamped for the computation, as RFC 7748 5 asks.</param>
    /// <param name="publicKey">The other end's 32 bytes.</param>
    /// <param name="fill">32 bytes: the shared secret, or zeros.</param>
    /// <returns>False when the result is all zero, which a point of low order makes of any key.</returns>
    public static bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey, Span<byte> fill)
    {
        RequireSize(privateKey.Length, nameof(privateKey));
        RequireSize(publicKey.Length, nameof(publicKey));
        RequireSize(fill.Length, nameof(fill));
        return (_keys ??= new KeyContext()).TryAgree(privateKey, publicKey, fill);
    }

    /// <summary>Derives the public key, 32 bytes, that belongs to a private key.</summary>
    public static void DerivePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> fill)
    {
        // A clamped scalar times the base point is never zero.
        if (!TryAgree(privateKey, BasePoint, fill)) throw new CryptoException("EVP_PKEY_derive", "no public key");
    }

    private static void RequireSize(int length, string what)
    {
        if (length != Size) throw new ArgumentException("has 32 bytes", what);
    }
}
