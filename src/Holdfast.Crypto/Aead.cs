using System.Runtime.CompilerServices;
using Holdfast.Crypto.Native;

namespace Holdfast.Crypto;

/// <summary>
/// Authenticated encryption with one key in one direction. Nonces are four zero bytes and the 64-bit counter, least
/// significant byte first, as in RFC 8439 and WireGuard; the caller never uses a counter twice for sealing. One thread
/// uses an instance at a time. Nothing is allocated per message, and disposing cleanses the key. Many keys share few contexts
/// of the library (<see cref="AeadContexts"/>).
/// </summary>
public sealed class Aead : IDisposable
{
    /// <summary>Bytes that sealing adds.</summary>
    public const int TagSize = 16;

    /// <summary>Bytes of a key, for either cipher.</summary>
    public const int KeySize = 32;

    [ThreadStatic] private static EvpContext? _once;

    private readonly AeadContexts _contexts;
    private readonly Secret _key;
    private readonly bool _ownsContexts;
    private readonly bool _seals;
    private CipherContext? _context;

    private Aead(Cipher cipher, ReadOnlySpan<byte> key, AeadContexts? contexts, bool seals)
    {
        if (!Enum.IsDefined(cipher)) throw new ArgumentOutOfRangeException(nameof(cipher), cipher, "not a cipher");
        RequireKey(key);
        (_ownsContexts, _contexts) = (contexts is null, contexts ?? new AeadContexts(1));
        (Cipher, _key, _seals) = (cipher, new Secret(key), seals);
        try
        {
            if (_contexts.TryTake(this) is { } context) Use(context);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The cipher.</summary>
    public Cipher Cipher { get; }

    private static EvpContext Once => _once ??= new EvpContext(Algorithms.Shared.ChaCha20Poly1305);

    /// <summary>Makes the sending end of a direction.</summary>
    /// <param name="cipher">The cipher that both ends agreed on.</param>
    /// <param name="key">32 bytes, borrowed for the call.</param>
    /// <param name="contexts">Shared with other keys, and outlives them; null gives it one of its own.</param>
    public static Aead ForSealing(Cipher cipher, ReadOnlySpan<byte> key, AeadContexts? contexts = null) =>
        new(cipher, key, contexts, seals: true);

    /// <summary>Makes the receiving end of a direction.</summary>
    /// <inheritdoc cref="ForSealing"/>
    public static Aead ForOpening(Cipher cipher, ReadOnlySpan<byte> key, AeadContexts? contexts = null) =>
        new(cipher, key, contexts, seals: false);

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
        Keyed().Seal(counter, plain, associated, fill);
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
        return Keyed().TryOpen(counter, sealedBytes, associated, fill);
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
    public void Dispose()
    {
        _key.Dispose();
        var context = _context;
        _context = null;
        if (context is not null) _contexts.Return(context, Cipher);
        if (_ownsContexts) _contexts.Dispose();
    }

    internal bool HasContext => _context is not null;

    /// <summary>Another key takes the context over.</summary>
    internal void LoseContext() => _context = null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private CipherContext Keyed()
    {
        var context = _context ?? TakeContext();
        context.WasUsed = true;
        return context;
    }

    private CipherContext TakeContext()
    {
        ObjectDisposedException.ThrowIf(_key.IsDisposed, this);
        var context = _contexts.Take(this);
        Use(context);
        return context;
    }

    /// <summary>Sets the key; only then the context counts as ours, because until then it has another's.</summary>
    private void Use(CipherContext context)
    {
        try
        {
            if (_seals) context.SetSealingKey(_key.Bytes);
            else context.SetOpeningKey(_key.Bytes);
        }
        catch
        {
            _contexts.Discard(context, Cipher);
            throw;
        }
        _context = context;
    }

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
