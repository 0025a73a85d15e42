using Holdfast.Crypto;

namespace Holdfast.Tests.Crypto;

public sealed class ThreadTests
{
    [Fact]
    public void Threads_that_come_and_go_compute_the_same()
    {
        var expected = Fingerprint();
        for (var round = 0; round < 5; round++)
        {
            var results = new string[8];
            var threads = Enumerable.Range(0, results.Length).Select(n => new Thread(() =>
            {
                for (var i = 0; i < 40; i++)
                {
                    results[n] = Fingerprint();
                    if (results[n] != expected) return;
                }
            })).ToList();
            threads.ForEach(t => t.Start());
            threads.ForEach(t => t.Join());
            Assert.All(results, r => Assert.Equal(expected, r));
            // The contexts of the threads that ended are freed under the feet of nobody.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    /// <summary>Everything once, each step fed with the one before.</summary>
    private static string Fingerprint()
    {
        byte[] key = Hex.Sequence(32), box = new byte[548], plain = Hex.Sequence(500), mac = new byte[16];
        X25519.DerivePublicKey(key, key);
        Blake2s.Hash(key, plain, key);
        Blake2s.Hmac(key, plain, key);
        Aead.SealOnce(key, 1, plain, key, box.AsSpan(0, 516));
        XChaCha20Poly1305.Seal(key, key.AsSpan(0, 24), box.AsSpan(0, 516), [], box.AsSpan(0, 532));
        foreach (var cipher in (Cipher[])[Cipher.ChaCha20Poly1305, Cipher.Aes256Gcm])
        {
            // Left to the finalizer on purpose.
            var sealing = Aead.ForSealing(cipher, key);
            sealing.Seal(2, box.AsSpan(0, 532), box);
        }
        Blake2s.Mac(key, box, mac);
        Blake2s.Mac(mac, box, key);
        return Hex.Text(key);
    }
}
