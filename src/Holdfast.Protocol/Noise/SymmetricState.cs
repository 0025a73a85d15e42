using Holdfast.Crypto;

namespace Holdfast.Protocol.Noise;

/// <summary>
/// The chaining key and hash of one handshake (Noise specification 5.2) on memory that the caller owns and clears.
/// </summary>
internal readonly ref struct SymmetricState
{
    private const string Construction = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
    private const string Identifier = "WireGuard v1 zx2c4 Jason@zx2c4.com";

    internal const int Bytes = 64;

    private static readonly byte[] InitialChainingKey = HashOf(System.Text.Encoding.ASCII.GetBytes(Construction), []);
    private static readonly byte[] InitialHash =
        HashOf(InitialChainingKey, System.Text.Encoding.ASCII.GetBytes(Identifier));

    /// <summary>Works on 64 bytes of the caller's: the chaining key, then the hash.</summary>
    internal SymmetricState(Span<byte> memory)
    {
        ChainingKey = memory[..32];
        Hash = memory[32..64];
    }

    internal Span<byte> ChainingKey { get; }

    internal Span<byte> Hash { get; }

    /// <summary>Starts a handshake towards the owner of this static key.</summary>
    internal void Begin(in PublicKey responder)
    {
        InitialChainingKey.CopyTo(ChainingKey);
        Blake2s.Hash(InitialHash, responder.Bytes, Hash);
    }

    internal void MixHash(ReadOnlySpan<byte> data) => Blake2s.Hash(Hash, data, Hash);

    internal void MixKey(ReadOnlySpan<byte> input) => Kdf.Derive(ChainingKey, input, ChainingKey);

    /// <summary>Mixes in a shared secret and fills the key for the next field.</summary>
    internal void MixKey(ReadOnlySpan<byte> input, Span<byte> fillKey) =>
        Kdf.Derive(ChainingKey, input, ChainingKey, fillKey);

    /// <summary>As <see cref="MixKey(ReadOnlySpan{byte})"/>, with the shared secret of two keys; false if that is degenerate.</summary>
    internal bool TryMixAgreement(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey)
    {
        Span<byte> shared = stackalloc byte[32];
        using var wiped = new Zeroed(shared);
        var agreed = X25519.TryAgree(privateKey, publicKey, shared);
        if (agreed) MixKey(shared);
        return agreed;
    }

    internal bool TryMixAgreement(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey, Span<byte> fillKey)
    {
        Span<byte> shared = stackalloc byte[32];
        using var wiped = new Zeroed(shared);
        var agreed = X25519.TryAgree(privateKey, publicKey, shared);
        if (agreed) MixKey(shared, fillKey);
        return agreed;
    }

    internal void MixPresharedKey(ReadOnlySpan<byte> presharedKey, Span<byte> fillKey)
    {
        Span<byte> temporary = stackalloc byte[32];
        using var wiped = new Zeroed(temporary);
        Kdf.Derive(ChainingKey, presharedKey, ChainingKey, temporary, fillKey);
        MixHash(temporary);
    }

    internal void SealAndHash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, Span<byte> fill)
    {
        Aead.SealOnce(key, 0, plain, Hash, fill);
        MixHash(fill);
    }

    internal bool TryOpenAndHash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedBytes, Span<byte> fill)
    {
        if (!Aead.TryOpenOnce(key, 0, sealedBytes, Hash, fill)) return false;
        MixHash(sealedBytes);
        return true;
    }

    private static byte[] HashOf(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var hash = new byte[32];
        Blake2s.Hash(first, second, hash);
        return hash;
    }
}
