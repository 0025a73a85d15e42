using Holdfast.Crypto;

namespace Holdfast.Tests.Crypto;

/// <summary>Few contexts for many keys.</summary>
public class AeadContextsTests(bool openSslOnly = false)
{
    private const int Most = 8;

    private readonly byte[] _plain = Hex.Sequence(100);
    private readonly byte[] _box = new byte[116];
    private readonly byte[] _opened = new byte[100];

    [Fact]
    public void Keys_that_take_turns_compute_what_they_would_alone()
    {
        var random = new Random(1);
        using var contexts = new AeadContexts(Most, openSslOnly);
        var keys = Enumerable.Range(0, 60).Select(i => new Key(i, contexts)).ToList();
        Assert.Equal(2 * Most, contexts.Count);
        for (var counter = 0UL; counter < 5000; counter++)
        {
            var key = keys[random.Next(keys.Count)];
            key.Shared.Seal(counter, _plain, _box);
            Assert.True(key.Alone.TryOpen(counter, _box, _opened));
            Assert.Equal(_plain, _opened);
            if (counter % 50 == 0)
            {
                // Sessions come and go.
                keys.Remove(key);
                key.Dispose();
                Assert.Throws<ObjectDisposedException>(() => key.Shared.Seal(counter, _plain, _box));
                keys.Add(new Key((int)counter, contexts));
            }
        }
        Assert.Equal(2 * Most, contexts.Count);
        keys.ForEach(key => key.Dispose());
    }

    [Fact]
    public void Who_is_busy_seldom_loses_its_context()
    {
        using var contexts = new AeadContexts(Most, openSslOnly);
        using var busy = Aead.ForSealing(Cipher.Aes256Gcm, Hex.Sequence(32), contexts);
        var others = Enumerable.Range(0, 5 * Most).Select(i => new Key(2 * i, contexts)).ToList();
        var lost = 0;
        foreach (var other in others)
        {
            lost += busy.HasContext ? 0 : 1;
            busy.Seal(1, _plain, _box);
            other.Shared.Seal(1, _plain, _box);
            Assert.True(other.Shared.HasContext);
        }
        // Once a round of the others, at most: nobody has rested then.
        Assert.InRange(lost, 0, others.Count / (Most - 1) + 1);
        others.ForEach(key => key.Dispose());
    }

    [Fact]
    public void Turns_cost_no_memory()
    {
        using var contexts = new AeadContexts(Most, openSslOnly);
        var keys = Enumerable.Range(0, 5 * Most).Select(i => new Key(i, contexts)).ToList();
        var counter = 0UL;
        void Round()
        {
            foreach (var key in keys) key.Shared.Seal(counter++, _plain, _box);
        }
        for (var i = 0; i < 50; i++) Round();
        Assert.Equal(0, Allocated.By(Round));
        keys.ForEach(key => key.Dispose());
    }

    private sealed class Key : IDisposable
    {
        internal Key(int number, AeadContexts contexts)
        {
            var cipher = number % 2 == 0 ? Cipher.Aes256Gcm : Cipher.ChaCha20Poly1305;
            var key = new byte[32];
            BitConverter.TryWriteBytes(key, number);
            Shared = Aead.ForSealing(cipher, key, contexts);
            Alone = Aead.ForOpening(cipher, key);
        }

        internal Aead Shared { get; }

        internal Aead Alone { get; }

        public void Dispose()
        {
            Shared.Dispose();
            Alone.Dispose();
        }
    }
}

/// <summary>The same by OpenSSL.</summary>
public sealed class AeadContextsByOpenSslTests() : AeadContextsTests(openSslOnly: true);
