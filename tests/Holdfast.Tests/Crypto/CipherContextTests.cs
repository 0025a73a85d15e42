using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Holdfast.Crypto;
using Holdfast.Crypto.Native;

namespace Holdfast.Tests.Crypto;

/// <summary>A context that was wiped does not show whose it was; and both libraries compute the same.</summary>
public sealed class CipherContextTests
{
    private const int MostContextBytes = 2048, OuterBytes = 256;
    private const ulong Counter = 9;

    private readonly byte[] _associated = Hex.Sequence(16);

    // Lengths around the blocks of both ciphers: part of the last block's key stream is what stays.
    [Theory, MemberData(nameof(AeadTests.Ciphers), MemberType = typeof(AeadTests))]
    public void Wiped_memory_is_the_same_whatever_the_key_was(Cipher cipher)
    {
        foreach (var length in (int[])[0, 1, 16, 48, 63, 64, 65, 128, 1420])
        {
            foreach (var use in Enum.GetValues<Use>())
            {
                using var context = new EvpContext(Algorithms.Shared.Of(cipher));
                // Nobody else's: the context's memory is found by its key.
                var first = Leave(context, cipher, RandomNumberGenerator.GetBytes(32), use, length);
                var second = Leave(context, cipher, RandomNumberGenerator.GetBytes(32), use, length);
                Assert.False(first.Used.AsSpan().SequenceEqual(second.Used), "the key was looked for elsewhere");
                Assert.True(first.Wiped.AsSpan().SequenceEqual(second.Wiped), $"{use}, {length} bytes: "
                    + $"{first.Wiped.Zip(second.Wiped).Count(b => b.First != b.Second)} bytes of {first.Wiped.Length} differ");
            }
        }
    }

    // Where the library is installed and slower it is not used, but computes all the same.
    [Theory, MemberData(nameof(AeadTests.Ciphers), MemberType = typeof(AeadTests))]
    public void Both_libraries_compute_the_same(Cipher cipher)
    {
        if (!IsUsed()) return;
        using var library = MultiBuffer.Make();
        using CipherContext one = new EvpContext(Algorithms.Shared.Of(cipher)), other = new MultiBufferContext(cipher, library);
        var random = new Random(8439);
        for (var length = 0; length < 3_000; length += length < 300 ? 1 : random.Next(1, 40))
        {
            byte[] key = new byte[32], plain = new byte[length], associated = new byte[random.Next(40)];
            byte[] box = new byte[length + Aead.TagSize], same = new byte[box.Length], opened = new byte[length];
            foreach (var bytes in new[] { key, plain, associated }) random.NextBytes(bytes);
            var counter = (ulong)random.NextInt64();
            foreach (var (seals, opens) in new[] { (one, other), (other, one) })
            {
                seals.SetSealingKey(key);
                seals.Seal(counter, plain, associated, box);
                opens.SetOpeningKey(key);
                Assert.True(opens.TryOpen(counter, box, associated, opened));
                Assert.Equal(plain, opened);
                box[random.Next(box.Length)] ^= (byte)(1 << random.Next(8));
                Assert.False(opens.TryOpen(counter, box, associated, opened));
                Assert.DoesNotContain(opened, b => b != 0);
            }
            // In place, as packets are.
            other.SetSealingKey(key);
            plain.CopyTo(same, 0);
            other.Seal(counter, same.AsSpan(0, length), associated, same);
            one.SetSealingKey(key);
            one.Seal(counter, plain, associated, box);
            Assert.Equal(box, same);
            other.SetOpeningKey(key);
            Assert.True(other.TryOpen(counter, same, associated, same));
            Assert.Equal(plain, same[..length]);
        }
    }

    [Theory, MemberData(nameof(AeadTests.Ciphers), MemberType = typeof(AeadTests))]
    public void A_wiped_key_of_the_faster_library_is_zeros(Cipher cipher)
    {
        if (!IsUsed()) return;
        using var library = MultiBuffer.Make();
        using var context = new MultiBufferContext(cipher, library);
        context.SetSealingKey(Hex.Sequence(32));
        Assert.Contains(Read(context.DangerousGetHandle(), LibIpsecMb.GcmKeyDataSize), b => b != 0);
        context.Wipe();
        Assert.DoesNotContain(Read(context.DangerousGetHandle(), LibIpsecMb.GcmKeyDataSize), b => b != 0);
    }

    [Fact]
    public void The_faster_library_is_used_where_it_is_there_and_wanted()
    {
        using AeadContexts contexts = new(1), plain = new(1, openSslOnly: true);
        Assert.StartsWith("OpenSSL 3.", plain.LibraryOf(Cipher.Aes256Gcm), StringComparison.Ordinal);
        Assert.StartsWith("OpenSSL 3.", plain.LibraryOf(Cipher.ChaCha20Poly1305), StringComparison.Ordinal);
        Assert.Null(MultiBuffer.Look("libIPSec_MB.so.99"));
        Assert.Null(MultiBuffer.Look("libc.so.6"));
        if (!IsUsed()) return;
        if (Processor.HasAes) Assert.StartsWith("Intel Multi-Buffer Crypto for IPsec 1.", contexts.LibraryOf(Cipher.Aes256Gcm), StringComparison.Ordinal);
        using var seals = Aead.ForSealing(Cipher.Aes256Gcm, Hex.Sequence(32), contexts);
        using var opens = Aead.ForOpening(Cipher.Aes256Gcm, Hex.Sequence(32), plain);
        byte[] box = new byte[20], opened = new byte[4];
        seals.Seal(Counter, [1, 2, 3, 4], box);
        Assert.True(opens.TryOpen(Counter, box, opened));
        Assert.Equal([1, 2, 3, 4], opened);
    }

    /// <summary>Whether the faster library is there: then it must be found good, else OpenSSL must compute all.</summary>
    private static bool IsUsed()
    {
        var isInstalled = NativeLibrary.TryLoad(LibIpsecMb.Name, out _);
        Assert.Equal(isInstalled, MultiBuffer.Here is not null);
        Assert.Equal(isInstalled && Processor.HasAes, MultiBuffer.Here is { IsFastWithAes: true });
        return isInstalled;
    }

    /// <summary>The library's memory after a message under a key, and after the wipe.</summary>
    private (byte[] Used, byte[] Wiped) Leave(CipherContext context, Cipher cipher, byte[] key, Use use, int length)
    {
        byte[] plain = new byte[length], box = new byte[length + Aead.TagSize];
        using (var other = Aead.ForSealing(cipher, key)) other.Seal(Counter, plain, box, _associated);
        if (use == Use.Seals)
        {
            context.SetSealingKey(key);
            context.Seal(Counter, plain, _associated, box);
        }
        else
        {
            if (use == Use.RefusesForgery) box[^1] ^= 1;
            context.SetOpeningKey(key);
            Assert.Equal(use == Use.Opens, context.TryOpen(Counter, box, _associated, plain));
        }
        var (block, size) = Find(context, key);
        var used = Read(block, size);
        context.Wipe();
        return (used, Read(block, size));
    }

    /// <summary>The block that EVP_CIPHER_CTX points to and that has the key in it: all of the cipher's own state.</summary>
    private static unsafe (nint Block, int Size) Find(CipherContext context, byte[] key)
    {
        var pointers = MemoryMarshal.Cast<byte, nint>(Read(context.DangerousGetHandle(), OuterBytes)).ToArray();
        var block = pointers.Where(p => p > 0).Distinct()
            .Select(p => (Pointer: p, Key: Read(p, MostContextBytes).AsSpan().IndexOf(key)))
            .Where(p => p.Key >= 0).MinBy(p => p.Key).Pointer;
        Assert.NotEqual(0, block);
        var sizeOf = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(
            NativeLibrary.Load("libc.so.6"), "malloc_usable_size");
        return (block, (int)sizeOf(block));
    }

    /// <summary>Through the kernel, because not every word that is looked at is an address.</summary>
    private static byte[] Read(nint address, int most)
    {
        using var memory = File.OpenHandle("/proc/self/mem");
        var bytes = new byte[most];
        try
        {
            return bytes[..RandomAccess.Read(memory, bytes, address)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private enum Use
    {
        Seals,
        Opens,
        RefusesForgery,
    }
}
