using Holdfast.Crypto.Native;

namespace Holdfast.Crypto;

/// <summary>
/// Contexts of the cipher library that the keys of many sessions take turns in: at most so many of each cipher, however many
/// keys there are. A key that is in use keeps its context; one that has rested longest, roughly, lends its own to the next
/// (the clock algorithm). One thread uses it and its keys at a time.
/// </summary>
public sealed class AeadContexts : IDisposable
{
    private readonly bool _openSslOnly;
    private readonly Ring _chaCha;
    private readonly Ring _aes;
    private MultiBuffer? _multiBuffer; // made with the first context that needs it

    /// <summary>Makes none yet.</summary>
    /// <param name="most">Contexts of one cipher, at least 1.</param>
    /// <param name="openSslOnly">Leaves Intel's library alone, also where it is installed and faster.</param>
    public AeadContexts(int most, bool openSslOnly = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        _openSslOnly = openSslOnly;
        (_chaCha, _aes) = (new Ring(this, Cipher.ChaCha20Poly1305, most), new Ring(this, Cipher.Aes256Gcm, most));
    }

    /// <summary>Contexts that there are, of both ciphers.</summary>
    public int Count => _chaCha.Count + _aes.Count;

    /// <summary>Which library computes a cipher, with its version, for people.</summary>
    public string LibraryOf(Cipher cipher) =>
        FasterFor(cipher)?.Title ?? $"OpenSSL {Algorithms.Shared.OpenSslVersion}";

    /// <summary>A context for a new key; null if that would take another one's.</summary>
    internal CipherContext? TryTake(Aead user) => RingOf(user.Cipher).TryTake(user);

    /// <summary>A context for a key that needs one now; not keyed yet.</summary>
    internal CipherContext Take(Aead user) => RingOf(user.Cipher).Take(user);

    /// <summary>Cleanses a context for the next key.</summary>
    internal void Return(CipherContext context, Cipher cipher) => RingOf(cipher).Return(context);

    /// <summary>Frees a context that could not be keyed.</summary>
    internal void Discard(CipherContext context, Cipher cipher) => RingOf(cipher).Discard(context);

    /// <summary>Frees and cleanses all. No key of theirs may be used from here on.</summary>
    public void Dispose()
    {
        _chaCha.Dispose();
        _aes.Dispose();
        _multiBuffer?.Dispose();
    }

    private MultiBuffer.Traits? FasterFor(Cipher cipher) =>
        !_openSslOnly && MultiBuffer.Here is { } here && here.IsFastWith(cipher) ? here : null;

    private CipherContext MakeContext(Cipher cipher) => FasterFor(cipher) is null
        ? new EvpContext(Algorithms.Shared.Of(cipher))
        : new MultiBufferContext(cipher, _multiBuffer ??= MultiBuffer.Make());

    private Ring RingOf(Cipher cipher) => cipher == Cipher.Aes256Gcm ? _aes : _chaCha;

    private sealed class Ring(AeadContexts owner, Cipher cipher, int most) : IDisposable
    {
        private readonly List<CipherContext> _contexts = [];
        private readonly Stack<CipherContext> _free = [];
        private int _hand;
        private bool _disposed;

        internal int Count => _contexts.Count;

        internal CipherContext? TryTake(Aead user)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(AeadContexts));
            if (!_free.TryPop(out var context))
            {
                if (_contexts.Count == most) return null;
                context = owner.MakeContext(cipher);
                _contexts.Add(context);
            }
            context.User = user;
            return context;
        }

        internal CipherContext Take(Aead user)
        {
            if (TryTake(user) is { } spare) return spare;
            while (true)
            {
                var context = _contexts[_hand];
                _hand = (_hand + 1) % _contexts.Count;
                if (!context.WasUsed)
                {
                    context.User!.LoseContext();
                    context.User = user;
                    return context;
                }
                context.WasUsed = false;
            }
        }

        internal void Return(CipherContext context)
        {
            if (context.IsClosed) return;
            (context.User, context.WasUsed) = (null, false);
            try
            {
                context.Wipe();
            }
            catch
            {
                Discard(context);
                throw;
            }
            _free.Push(context);
        }

        internal void Discard(CipherContext context)
        {
            _contexts.Remove(context);
            context.Dispose();
            if (_hand >= _contexts.Count) _hand = 0;
        }

        public void Dispose()
        {
            _disposed = true;
            foreach (var context in _contexts) context.Dispose();
            _contexts.Clear();
            _free.Clear();
        }
    }
}
