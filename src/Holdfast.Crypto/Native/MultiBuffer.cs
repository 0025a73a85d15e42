using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Holdfast.Crypto.Native;

/// <summary>
/// One IMB_MGR of Intel's Multi-Buffer Crypto for IPsec: where the library keeps the job that it works on. One thread uses it at a
/// time. The library is used where it is installed, works and is the faster one; OpenSSL computes the rest
/// (docs/decisions/0015).
/// </summary>
internal sealed unsafe class MultiBuffer : SafeHandle
{
    // 1.3 brought the self-test; 2.0 has another layout, and another name for the loader.
    private const uint Oldest = 0x10300, Foreign = 0x20000;

    private static readonly Lazy<Traits?> Installed = new(() => Look(LibIpsecMb.Name));

    private MultiBuffer(ImbManager* manager) : base(0, ownsHandle: true)
    {
        SetHandle((nint)manager);
        LibIpsecMb.init_mb_mgr_auto(manager, null);
    }

    public override bool IsInvalid => handle == 0;

    internal ImbManager* Manager
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (ImbManager*)handle;
        }
    }

    /// <summary>What the library is called and can do here; null where it is missing, has another version, or is not to be trusted.</summary>
    internal static Traits? Here => Installed.Value;

    /// <summary>A manager of one's own, where there is the library.</summary>
    internal static MultiBuffer Make()
    {
        var manager = LibIpsecMb.alloc_mb_mgr(0);
        return manager is null ? throw new CryptoException("alloc_mb_mgr", "") : new MultiBuffer(manager);
    }

    /// <summary>Looks once what there is under a name.</summary>
    internal static Traits? Look(string library)
    {
        if (!NativeLibrary.TryLoad(library, out var loaded)
            || !NativeLibrary.TryGetExport(loaded, nameof(LibIpsecMb.imb_get_version), out _)
            || LibIpsecMb.imb_get_version() is var version && version is < Oldest or >= Foreign
            || !MayUseWhatItFinds()) return null;
        try
        {
            using var made = Make();
            var (features, architecture) = (made.Manager->Features, made.Manager->Architecture);
            const ulong Needed = LibIpsecMb.IMB_FEATURE_SELF_TEST_PASS | LibIpsecMb.IMB_FEATURE_SAFE_DATA;
            if ((features & Needed) != Needed || !Agrees(made, Cipher.Aes256Gcm) || !Agrees(made, Cipher.ChaCha20Poly1305)) return null;
            return new Traits(
                $"Intel Multi-Buffer Crypto for IPsec {version >> 16}.{version >> 8 & 0xff}.{version & 0xff}",
                IsFastWithAes: architecture >= LibIpsecMb.IMB_ARCH_SSE,
                IsFastWithChaCha: (features & LibIpsecMb.IMB_FEATURE_AVX512_IFMA) != 0);
        }
        catch (CryptoException)
        {
            return null; // it refuses what it is told
        }
    }

    /// <summary>It asks the processor for its vectors, and not the kernel, which may have switched them off.</summary>
    private static bool MayUseWhatItFinds()
    {
        var found = LibIpsecMb.imb_get_feature_flags();
        return (found & LibIpsecMb.IMB_FEATURE_AVX) == 0 || (Avx.IsSupported
            && ((found & LibIpsecMb.IMB_FEATURE_AVX2) == 0 || Avx2.IsSupported)
            && ((found & LibIpsecMb.IMB_FEATURE_AVX512F) == 0 || Avx512F.IsSupported));
    }

    /// <summary>Whether both libraries seal a message alike, and the one opens it: that its fields are where we write them.</summary>
    private static bool Agrees(MultiBuffer library, Cipher cipher)
    {
        Span<byte> key = stackalloc byte[Aead.KeySize], plain = stackalloc byte[100];
        Span<byte> box = stackalloc byte[plain.Length + Aead.TagSize], same = stackalloc byte[box.Length];
        RandomNumberGenerator.Fill(key);
        RandomNumberGenerator.Fill(plain);
        using CipherContext one = new EvpContext(Algorithms.Shared.Of(cipher)), other = new MultiBufferContext(cipher, library);
        one.SetSealingKey(key);
        other.SetSealingKey(key);
        one.Seal(counter: 1, plain, key, box);
        other.Seal(counter: 1, plain, key, same);
        return box.SequenceEqual(same) && other.TryOpen(counter: 1, box, key, same) && plain.SequenceEqual(same[..plain.Length]);
    }

    protected override bool ReleaseHandle()
    {
        LibIpsecMb.free_mb_mgr((ImbManager*)handle);
        return true;
    }

    /// <summary>The library on this machine.</summary>
    /// <param name="Title">Its name and version, for people.</param>
    /// <param name="IsFastWithAes">Whether it was faster than OpenSSL 3.0 with AES wherever that was measured.</param>
    /// <param name="IsFastWithChaCha">The same with ChaCha20: by AVX-512 only.</param>
    internal sealed record Traits(string Title, bool IsFastWithAes, bool IsFastWithChaCha)
    {
        internal bool IsFastWith(Cipher cipher) => cipher == Cipher.Aes256Gcm ? IsFastWithAes : IsFastWithChaCha;
    }
}
