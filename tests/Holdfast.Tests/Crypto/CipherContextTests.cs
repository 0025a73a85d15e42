using System.Runtime.InteropServices;
using Holdfast.Crypto;
using Holdfast.Crypto.Native;

namespace Holdfast.Tests.Crypto;

/// <summary>A context that was wiped does not show whose it was.</summary>
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
                using var context = new CipherContext(Algorithms.Shared.Of(cipher));
                var first = Leave(context, cipher, Hex.Sequence(32), use, length);
                var second = Leave(context, cipher, [.. Hex.Sequence(32).Reverse()], use, length);
                Assert.False(first.Used.AsSpan().SequenceEqual(second.Used), "the key was looked for elsewhere");
                Assert.True(first.Wiped.AsSpan().SequenceEqual(second.Wiped), $"{use}, {length} bytes: "
                    + $"{first.Wiped.Zip(second.Wiped).Count(b => b.First != b.Second)} bytes of {first.Wiped.Length} differ");
            }
        }
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
