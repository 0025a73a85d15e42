using System.Runtime.CompilerServices;
using Holdfast.Crypto.Native;

namespace Holdfast.Crypto;

/// <summary>
/// Authenticated encryption with one key in one direction. Nonces are four zero bytes and the 64-bit counter, least
/// significant byte first, as in RFC 8439 and WireGuard; the caller never uses a counter twice for sealing. One thread
/// uses an instance at a time. Nothing is allocated per message, and disposing cleanses the key.
/// </summary>
public sealed class Aead : IDisposable
{
    /// <summary>Bytes that sealing adds.</summary>
    public const int TagSize = 16;

    /// <summary>Bytes of a key, for either cipher.</summary>
    public const int KeySize = 32;

    [ThreadStatic] private static CipherContext? _once;

    private readonly CipherContext _context;
    private readonly bool _seals;

    private Aead(Cipher cipher, bool seals)
    {
        var algorithms = Algorithms.Shared;
        _context = new CipherContext(cipher switch
        {
            Cipher.ChaCha20Poly1305 => algorithms.ChaCha20Poly1305,
            Cipher.Aes256Gcm => algorithms.Aes256Gcm,
            _ => throw new ArgumentOutOfRangeException(nameof(cipher), cipher, "not a cipher"),
        });
        _seals = seals;
    }

    private static CipherContext Once => _once ??= new CipherContext(Algorithms.Shared.ChaCha20Poly1305);

    /// <summary>Makes the sending end of a direction.</summary>
    /// <param name="cipher">The cipher that both ends agreed on.</param>
    /// <param name="key">32 bytes, borrowed for the call.</param>
    public static Aead ForSealing(Cipher cipher, ReadOnlySpan<byte> key)
    {
        RequireKey(key);
        var made = new Aead(cipher, seals: true);
        made._context.SetSealingKey(key);
        return made;
    }

    /// <summary>Makes the receiving end of a direction.</summary>
    /// <param name="cipher">The cipher that both ends agreed on.</param>
    /// <param name="key">32 bytes, borrowed for the call.</param>
    public static Aead ForOpening(Cipher cipher, ReadOnlySpan<byte> key)
    {
        RequireKey(key);
        var made = new Aead(cipher, seals: false);
        made._context.SetOpeningKey(key);
        return made;
    }

    /// <summary>Seals one message.</summary>
    /// <param name="counter">The nonce; never twice under one key.</param>
    /// <param name="plain">May start where <paramref name="fill"/> starts, or else must not overlap it.</param>
    /// <param name="fill">At least the plain text's length and 16 bytes: the cipher text, then the tag.</param>
    /// <param name="associated">Authenticated, not encrypted.</param>
    public void Seal(
        ulong counter, ReadOnlySpan<byte> plain, Span<byte> fill, ReadOnlySpan<byte> associated = default)
    {
        if (!_seals) throw new InvalidOperationException("made for opening");
        RequireRoom(plain.Length + TagSize, plain, fill);
        _context.Seal(counter, plain, associated, fill);
    }

    /// <summary>Opens one message.</summary>
    /// <param name="counter">The nonce that it was sealed with.</param>
    /// <param name="sealedBytes">Cipher text and tag; may start where <paramref name="fill"/> starts.</param>
    /// <param name="fill">At least the sealed length less 16 bytes: the plain text, or zeros when forged.</param>
    /// <param name="associated">What was authenticated beside it.</param>
    /// <returns>False when forged, or too short to hold a tag.</returns>
    public bool TryOpen(
        ulong counter, ReadOnlySpan<byte> sealedBytes, Span<byte> fill, ReadOnlySpan<byte> associated = default)
    {
        if (_seals) throw new InvalidOperationException("made for sealing");
        if (sealedBytes.Length < TagSize) return false;
        RequireRoom(sealedBytes.Length - TagSize, sealedBytes, fill);
        return _context.TryOpen(counter, sealedBytes, associated, fill);
    }

    /// <summary>
    /// Seals with ChaCha20-Poly1305 and a key that is used once, as handshakes do; the key leaves no trace.
    /// </summary>
    public static void SealOnce(
        ReadOnlySpan<byte> key, ulong counter, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated,
        Span<byte> fill)
    {
        RequireKey(key);
        RequireRoom(plain.Length + TagSize, plain, fill);
        var context = Once;
        context.SetSealingKey(key);
        context.Seal(counter, plain, associated, fill);
        context.Wipe();
    }

    /// <summary>Opens what <see cref="SealOnce"/> sealed.</summary>
    /// <returns>False when forged, or too short to hold a tag.</returns>
    public static bool TryOpenOnce(
        ReadOnlySpan<byte> key, ulong counter, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated,
        Span<byte> fill)
    {
        RequireKey(key);
        if (sealedBytes.Length < TagSize) return false;
        RequireRoom(sealedBytes.Length - TagSize, sealedBytes, fill);
        var context = Once;
        context.SetOpeningKey(key);
        var genuine = context.TryOpen(counter, sealedBytes, associated, fill);
        context.Wipe();
        return genuine;
    }

    /// <summary>Cleanses the key.</summary>
    public void Dispose() => _context.Dispose();

    private static void RequireKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize) throw new ArgumentException("a key has 32 bytes", nameof(key));
    }

    /// <summary>A shifted overlap would be read after it was overwritten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RequireRoom(int needed, ReadOnlySpan<byte> input, Span<byte> fill)
    {
        if (fill.Length < needed) throw new ArgumentException("too small", nameof(fill));
        if (input.Overlaps(fill, out var shift) && shift != 0)
            throw new ArgumentException("overlaps the input, shifted", nameof(fill));
    }
}
