using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Crypto;

namespace Holdfast.Tests.Crypto;

/// <summary>Both ciphers against what others say of them, by whatever library is the faster one here.</summary>
public class AeadTests(bool openSslOnly = false) : IDisposable
{
    private readonly AeadContexts _contexts = new(4, openSslOnly);

    public static TheoryData<Cipher> Ciphers => [Cipher.ChaCha20Poly1305, Cipher.Aes256Gcm];

    // RFC 8439 A.5, whose nonce begins with four zero bytes as ours do.
    [Fact]
    public void ChaCha_seals_as_the_rfc_does()
    {
        var key = Hex.Bytes("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
        var associated = Hex.Bytes("f33388860000000000004e91");
        var counter = BinaryPrimitives.ReadUInt64LittleEndian(Hex.Bytes("0102030405060708"));
        var plain = Encoding.UTF8.GetBytes(
            "Internet-Drafts are draft documents valid for a maximum of six months and may be updated, replaced, or " +
            "obsoleted by other documents at any time. It is inappropriate to use Internet-Drafts as reference " +
            "material or to cite them other than as /\u201cwork in progress./\u201d");
        Assert.Equal(265, plain.Length);

        var box = new byte[plain.Length + Aead.TagSize];
        using var sealing = Sealing(Cipher.ChaCha20Poly1305, key);
        sealing.Seal(counter, plain, box, associated);
        Assert.Equal("64a0861575861af460f062c79be643bd", Hex.Text(box.AsSpan(0, 16)));
        Assert.Equal("eead9d67890cbb22392336fea1851f38", Hex.Text(box.AsSpan(plain.Length)));

        var once = new byte[box.Length];
        Aead.SealOnce(key, counter, plain, associated, once);
        Assert.Equal(box, once);

        var opened = new byte[plain.Length];
        using var opening = Opening(Cipher.ChaCha20Poly1305, key);
        Assert.True(opening.TryOpen(counter, box, opened, associated));
        Assert.Equal(plain, opened);
    }

    // Test cases 13 and 14 of the GCM submission to NIST (McGrew and Viega), appendix B.
    [Theory]
    [InlineData(0, "530f8afbc74536b9a963b4f1c4cb738b")]
    [InlineData(16, "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")]
    public void Aes_seals_as_nist_does(int length, string expected)
    {
        var box = new byte[length + Aead.TagSize];
        using var sealing = Sealing(Cipher.Aes256Gcm, new byte[32]);
        sealing.Seal(0, new byte[length], box);
        Assert.Equal(expected, Hex.Text(box));
    }

    [Theory, MemberData(nameof(Ciphers))]
    public void Every_length_agrees_with_the_framework(Cipher cipher)
    {
        var random = new Random(8439);
        byte[] key = new byte[32], nonce = new byte[12];
        random.NextBytes(key);
        using var sealing = Sealing(cipher, key);
        using var opening = Opening(cipher, key);
        using var chacha = new ChaCha20Poly1305(key);
        using var aes = new AesGcm(key, Aead.TagSize);

        for (var length = 0; length <= 2048; length++)
        {
            byte[] plain = new byte[length], associated = new byte[length % 41], expected = new byte[length + 16];
            random.NextBytes(plain);
            random.NextBytes(associated);
            var counter = (ulong)random.NextInt64();
            BinaryPrimitives.WriteUInt64LittleEndian(nonce.AsSpan(4), counter);
            if (cipher == Cipher.Aes256Gcm)
                aes.Encrypt(nonce, plain, expected.AsSpan(0, length), expected.AsSpan(length), associated);
            else
                chacha.Encrypt(nonce, plain, expected.AsSpan(0, length), expected.AsSpan(length), associated);

            byte[] box = new byte[length + 16], opened = new byte[length];
            sealing.Seal(counter, plain, box, associated);
            Assert.Equal(expected, box);
            Assert.True(opening.TryOpen(counter, box, opened, associated));
            Assert.Equal(plain, opened);
        }
    }

    [Theory, MemberData(nameof(Ciphers))]
    public void A_buffer_can_be_sealed_and_opened_in_place(Cipher cipher)
    {
        var key = Hex.Sequence(32);
        using var sealing = Sealing(cipher, key);
        using var opening = Opening(cipher, key);
        foreach (var length in (int[])[0, 1, 16, 63, 64, 65, 255, 256, 257, 1280, 1420, 2048])
        {
            byte[] apart = new byte[length + 16], buffer = new byte[length + 40], plain = Hex.Sequence(length);
            sealing.Seal(7, plain, apart);

            // As in a datagram: the header stays, the text behind it is replaced.
            plain.CopyTo(buffer, 16);
            sealing.Seal(7, buffer.AsSpan(16, length), buffer.AsSpan(16, length + 16));
            Assert.Equal(apart, buffer[16..(length + 32)]);
            Assert.All(buffer[..16].Concat(buffer[(length + 32)..]), b => Assert.Equal(0, b));

            Assert.True(opening.TryOpen(7, buffer.AsSpan(16, length + 16), buffer.AsSpan(16, length)));
            Assert.Equal(plain, buffer[16..(length + 16)]);
        }
    }

    [Theory, MemberData(nameof(Ciphers))]
    public void A_shifted_overlap_is_our_bug(Cipher cipher)
    {
        var buffer = new byte[200];
        using var sealing = Sealing(cipher, new byte[32]);
        using var opening = Opening(cipher, new byte[32]);
        Assert.Throws<ArgumentException>(() => sealing.Seal(0, buffer.AsSpan(1, 100), buffer));
        Assert.Throws<ArgumentException>(() => opening.TryOpen(0, buffer.AsSpan(0, 100), buffer.AsSpan(16)));
    }

    [Theory, MemberData(nameof(Ciphers))]
    public void Whatever_is_forged_is_refused_and_leaves_zeros(Cipher cipher)
    {
        byte[] key = Hex.Sequence(32), plain = Hex.Sequence(100), associated = Hex.Sequence(20), box = new byte[116];
        using var sealing = Sealing(cipher, key);
        using var opening = Opening(cipher, key);
        sealing.Seal(99, plain, box, associated);

        for (var bit = 0; bit < box.Length * 8; bit++)
        {
            var forged = box.ToArray();
            forged[bit / 8] ^= (byte)(1 << bit % 8);
            Refuses(opening, 99, forged, associated);
        }
        for (var bit = 0; bit < associated.Length * 8; bit++)
        {
            var forged = associated.ToArray();
            forged[bit / 8] ^= (byte)(1 << bit % 8);
            Refuses(opening, 99, box, forged);
        }
        for (var bit = 0; bit < 64; bit++) Refuses(opening, 99 ^ 1ul << bit, box, associated);
        Refuses(opening, 99, box[..^1], associated);
        Refuses(opening, 99, box, []);

        var opened = new byte[100];
        Assert.True(opening.TryOpen(99, box, opened, associated));
        Assert.Equal(plain, opened);
    }

    [Theory, MemberData(nameof(Ciphers))]
    public void A_forged_keepalive_is_refused(Cipher cipher)
    {
        var box = new byte[Aead.TagSize];
        using var sealing = Sealing(cipher, new byte[32]);
        using var opening = Opening(cipher, new byte[32]);
        sealing.Seal(5, [], box);
        Assert.True(opening.TryOpen(5, box, []));
        Assert.False(opening.TryOpen(6, box, []));
        Assert.False(opening.TryOpen(5, box.AsSpan(1), []));
        Assert.False(opening.TryOpen(5, [], []));
    }

    [Fact]
    public void A_key_that_is_used_once_opens_what_it_sealed()
    {
        byte[] key = Hex.Sequence(32), other = new byte[32], plain = Hex.Sequence(48), hash = Hex.Sequence(32);
        byte[] box = new byte[64], opened = new byte[48];
        Aead.SealOnce(key, 0, plain, hash, box);
        Assert.False(Aead.TryOpenOnce(other, 0, box, hash, opened));
        Assert.All(opened, b => Assert.Equal(0, b));
        Assert.True(Aead.TryOpenOnce(key, 0, box, hash, opened));
        Assert.Equal(plain, opened);
        Assert.False(Aead.TryOpenOnce(key, 0, box.AsSpan(0, 15), hash, opened));
    }

    [Fact]
    public void Misuse_is_told()
    {
        byte[] key = new byte[32], box = new byte[116];
        Assert.Throws<ArgumentException>(() => Sealing(Cipher.ChaCha20Poly1305, new byte[31]));
        Assert.Throws<ArgumentException>(() => Opening(Cipher.Aes256Gcm, new byte[33]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sealing((Cipher)9, key));
        Assert.Throws<ArgumentException>(() => Aead.SealOnce(new byte[16], 0, [], [], new byte[16]));

        var sealing = Sealing(Cipher.ChaCha20Poly1305, key);
        using var opening = Opening(Cipher.ChaCha20Poly1305, key);
        Assert.Throws<ArgumentException>(() => sealing.Seal(0, new byte[100], new byte[115]));
        Assert.Throws<ArgumentException>(() => opening.TryOpen(0, box, new byte[99]));
        Assert.Throws<InvalidOperationException>(() => opening.Seal(0, new byte[100], box));
        Assert.Throws<InvalidOperationException>(() => sealing.TryOpen(0, box, new byte[100]));
        sealing.Dispose();
        sealing.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sealing.Seal(0, new byte[100], box));
    }

    private static void Refuses(Aead opening, ulong counter, byte[] box, byte[] associated)
    {
        var fill = Hex.Sequence(box.Length - Aead.TagSize);
        Assert.False(opening.TryOpen(counter, box, fill, associated));
        Assert.False(fill.AsSpan().ContainsAnyExcept((byte)0));
    }

    public void Dispose()
    {
        _contexts.Dispose();
        GC.SuppressFinalize(this);
    }

    private Aead Sealing(Cipher cipher, ReadOnlySpan<byte> key) => Aead.ForSealing(cipher, key, _contexts);

    private Aead Opening(Cipher cipher, ReadOnlySpan<byte> key) => Aead.ForOpening(cipher, key, _contexts);
}

/// <summary>The same by OpenSSL.</summary>
public sealed class AeadByOpenSslTests() : AeadTests(openSslOnly: true);
