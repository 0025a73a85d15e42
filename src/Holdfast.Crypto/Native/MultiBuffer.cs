using System.Runtime.InteropServices;

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

    private MultiBuffer(ImbManager* manager) : base(0, ownsHandle: true)
    {
        SetHandle((nint)manager);
        LibIpsecMb.init_mb_mgr_auto(manager, null);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The library's name and version.</summary>
    internal static string Title
    {
        get
        {
            var version = LibIpsecMb.imb_get_version();
            return $"Intel Multi-Buffer Crypto for IPsec {version >> 16}.{version >> 8 & 0xff}.{version & 0xff}";
        }
    }

    internal ImbManager* Manager => (ImbManager*)handle;

    /// <summary>A manager of one's own; null where the library is missing, has another version, or fails its own test.</summary>
    internal static MultiBuffer? TryMake(string library = LibIpsecMb.Name)
    {
        if (!NativeLibrary.TryLoad(library, out var loaded)
            || !NativeLibrary.TryGetExport(loaded, nameof(LibIpsecMb.imb_get_version), out _)
            || LibIpsecMb.imb_get_version() is < Oldest or >= Foreign) return null;
        var manager = LibIpsecMb.alloc_mb_mgr(0);
        if (manager is null) return null;
        var made = new MultiBuffer(manager);
        const ulong Needed = LibIpsecMb.IMB_FEATURE_SELF_TEST_PASS | LibIpsecMb.IMB_FEATURE_SAFE_DATA;
        if ((manager->Features & Needed) == Needed) return made;
        made.Dispose();
        return null;
    }

    /// <summary>
    /// Whether it was faster than OpenSSL wherever both were measured: with AES always, with ChaCha20 by AVX-512 only.
    /// </summary>
    internal bool IsFastFor(Cipher cipher) => cipher == Cipher.Aes256Gcm
        ? Manager->Architecture >= LibIpsecMb.IMB_ARCH_SSE
        : (Manager->Features & LibIpsecMb.IMB_FEATURE_AVX512_IFMA) != 0;

    protected override bool ReleaseHandle()
    {
        LibIpsecMb.free_mb_mgr(Manager);
        return true;
    }
}
