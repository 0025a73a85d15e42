using Holdfast.Crypto.Native;

namespace Holdfast.Crypto;

/// <summary>
/// Authenticated encryption with a nonce long enough to be drawn at random (draft-irtf-cfrg-xchacha), for cookies. Any
/// thread may call; nothing is allocated.
/// </summary>
public static unsafe class XChaCha20Poly1305
{
    /// <summary>Bytes of a key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 24;

    /// <summary>Bytes that sealing adds.</summary>
    public const int TagSize = 16;

    /// <summary>Seals into <paramref name="fill"/>, which has room for the plain text and 16 bytes.</summary>
    public static void Seal(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated,
        Span<byte> fill)
    {
        Require(key, nonce, plain.Length + TagSize, plain, fill);
        fixed (byte* k = key, n = nonce, input = plain, aad = associated, output = fill)
        {
            if (LibSodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
                    output, null, input, (ulong)plain.Length, aad, (ulong)associated.Length, null, n, k) != 0)
                throw new CryptoException("crypto_aead_xchacha20poly1305_ietf_encrypt", "");
        }
    }

    /// <summary>Opens into <paramref name="fill"/>, which has room for the sealed length less 16 bytes.</summary>
    /// <returns>False when forged (then the plain text is zeros), or too short to hold a tag.</returns>
    public static bool TryOpen(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealedBytes,
        ReadOnlySpan<byte> associated, Span<byte> fill)
    {
        if (sealedBytes.Length < TagSize) return false;
        var length = sealedBytes.Length - TagSize;
        Require(key, nonce, length, sealedBytes, fill);
        // A null output would ask libsodium to verify only; an empty message goes the ordinary way.
        byte nothing;
        fixed (byte* k = key, n = nonce, input = sealedBytes, aad = associated, output = fill)
        {
            if (LibSodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                    output != null ? output : &nothing, null, null, input, (ulong)sealedBytes.Length,
                    aad, (ulong)associated.Length, n, k) == 0)
                return true;
        }
        fill[..length].Clear();
        return false;
    }

    private static void Require(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, int room, ReadOnlySpan<byte> input, Span<byte> fill)
    {
        CryptoLibraries.Require();
        if (key.Length != KeySize) throw new ArgumentException("a key has 32 bytes", nameof(key));
        if (nonce.Length != NonceSize) throw new ArgumentException("a nonce has 24 bytes", nameof(nonce));
        if (fill.Length < room) throw new ArgumentException("too small", nameof(fill));
        if (input.Overlaps(fill, out var shift) && shift != 0)
            throw new ArgumentException("overlaps the input, shifted", nameof(fill));
    }
}
