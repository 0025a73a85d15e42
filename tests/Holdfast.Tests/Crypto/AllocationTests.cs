using Holdfast.Crypto;

namespace Holdfast.Tests.Crypto;

/// <summary>The packet path and the handshake allocate nothing in this room.</summary>
public sealed class AllocationTests
{
    private readonly byte[] _key = Hex.Sequence(32);
    private readonly byte[] _plain = Hex.Sequence(1420);
    private readonly byte[] _box = new byte[1436];
    private readonly byte[] _opened = new byte[1420];
    private readonly byte[] _nonce = new byte[24];
    private readonly byte[] _hash = new byte[32];
    private readonly byte[] _mac = new byte[16];
    private readonly byte[] _shared = new byte[32];
    private readonly byte[] _zero = new byte[32];

    [Theory]
    [InlineData(Cipher.ChaCha20Poly1305, false), InlineData(Cipher.ChaCha20Poly1305, true)]
    [InlineData(Cipher.Aes256Gcm, false), InlineData(Cipher.Aes256Gcm, true)]
    public void Sealing_and_opening(Cipher cipher, bool openSslOnly)
    {
        using var contexts = new AeadContexts(2, openSslOnly);
        using var sealing = Aead.ForSealing(cipher, _key, contexts);
        using var opening = Aead.ForOpening(cipher, _key, contexts);
        AllocatesNothing(i =>
        {
            sealing.Seal((ulong)i, _plain, _box);
            Assert.True(opening.TryOpen((ulong)i, _box, _opened));
            Assert.False(opening.TryOpen((ulong)i + 1, _box, _opened));
        });
    }

    [Fact]
    public void Sealing_and_opening_with_a_key_used_once() => AllocatesNothing(i =>
    {
        Aead.SealOnce(_key, (ulong)i, _plain, _hash, _box);
        Assert.True(Aead.TryOpenOnce(_key, (ulong)i, _box, _hash, _opened));
        Assert.False(Aead.TryOpenOnce(_hash, (ulong)i, _box, _hash, _opened));
    });

    [Fact]
    public void Sealing_and_opening_cookies() => AllocatesNothing(_ =>
    {
        XChaCha20Poly1305.Seal(_key, _nonce, _plain, _mac, _box);
        Assert.True(XChaCha20Poly1305.TryOpen(_key, _nonce, _box, _mac, _opened));
        Assert.False(XChaCha20Poly1305.TryOpen(_hash, _nonce, _box, _mac, _opened));
    });

    [Fact]
    public void Hashing() => AllocatesNothing(_ =>
    {
        Blake2s.Hash(_plain, _hash);
        Blake2s.Hash(_key, _plain, _hash);
        Blake2s.Hmac(_key, _plain, _hash);
        Blake2s.Hmac(_key, _plain, _key, _hash);
        Blake2s.Mac(_key, _plain, _mac);
        Blake2s.Mac(_key, _plain, _mac, _hash);
    });

    [Fact]
    public void Agreeing() => AllocatesNothing(_ =>
    {
        X25519.DerivePublicKey(_key, _hash);
        Assert.True(X25519.TryAgree(_key, _hash, _shared));
        Assert.False(X25519.TryAgree(_key, _zero, _shared));
    }, times: 100);

    [Fact]
    public void Keys_as_values()
    {
        using var secret = new Secret(_key);
        using var other = secret.Copy();
        var peers = new Dictionary<PublicKey, int> { [new PublicKey(_key)] = 1 };
        AllocatesNothing(_ =>
        {
            var key = new PublicKey(_key);
            Assert.True(peers.ContainsKey(key) && key.Bytes[1] == 1);
            Assert.True(PublicKey.TryParse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", out var parsed));
            Assert.True(parsed == key);
            Assert.True(secret.FixedTimeEquals(other) && !secret.IsZero);
            key = secret.DerivePublicKey();
            Assert.False(key.IsZero);
        }, times: 100);
    }

    [Fact]
    public void A_secret_costs_less_than_a_hundred_bytes()
    {
        const int Count = 1000;
        var secrets = new Secret[Count];
        secrets[0] = new Secret(_key);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < Count; i++) secrets[i] = new Secret(_key);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / (Count - 1);
        Assert.InRange(each, 32, 100);
        foreach (var secret in secrets) secret.Dispose();
    }

    private static void AllocatesNothing(Action<int> action, int times = 1000)
    {
        // The thread's contexts are made at the first call, code is compiled in the first few.
        for (var i = 0; i < 50; i++) action(i);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < times; i++) action(i);
        }));
    }
}
