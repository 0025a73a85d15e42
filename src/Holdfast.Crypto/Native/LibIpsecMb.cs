using System.Runtime.InteropServices;

namespace Holdfast.Crypto.Native;

/// <summary>
/// The functions of Intel's Multi-Buffer Crypto for IPsec that we use, under their own names (intel-ipsec-mb.h). The ciphers
/// themselves are called through pointers in <see cref="ImbManager"/>.
/// </summary>
internal static unsafe partial class LibIpsecMb
{
    internal const string Name = "libIPSec_MB.so.1";

    // enum IMB_CIPHER_MODE, IMB_HASH_ALG
    internal const int IMB_CIPHER_GCM = 5;
    internal const int IMB_AUTH_AES_GMAC = 9;
    internal const int IMB_CIPHER_CHACHA20_POLY1305 = 19;
    internal const int IMB_AUTH_CHACHA20_POLY1305 = 29;
    // enum IMB_CIPHER_DIRECTION, IMB_CHAIN_ORDER, IMB_STATUS, IMB_ARCH
    internal const int IMB_DIR_ENCRYPT = 1;
    internal const int IMB_DIR_DECRYPT = 2;
    internal const int IMB_ORDER_CIPHER_HASH = 1;
    internal const int IMB_ORDER_HASH_CIPHER = 2;
    internal const int IMB_STATUS_COMPLETED = 3;
    internal const uint IMB_ARCH_SSE = 2;                       // the least with instructions for AES
    // IMB_FEATURE_*
    internal const ulong IMB_FEATURE_AVX = 1 << 5;
    internal const ulong IMB_FEATURE_AVX2 = 1 << 6;
    internal const ulong IMB_FEATURE_AVX512F = 1 << 7;
    internal const ulong IMB_FEATURE_AVX512_IFMA = 1 << 17;
    internal const ulong IMB_FEATURE_SAFE_DATA = 1 << 14;
    internal const ulong IMB_FEATURE_SELF_TEST_PASS = 1 << 21;
    // sizeof(struct gcm_key_data) is 1024 in 1.3, and only the library looks into it: a later one may take more. Its alignment.
    internal const int GcmKeyDataSize = 2048;
    internal const int GcmKeyDataAlignment = 64;

    /// <summary>0xMMmmpp: major, minor, patch.</summary>
    [LibraryImport(Name)]
    internal static partial uint imb_get_version();

    /// <summary>IMB_FEATURE_* of the processor and of the library.</summary>
    [LibraryImport(Name)]
    internal static partial ulong imb_get_feature_flags();

    [LibraryImport(Name)]
    internal static partial ImbManager* alloc_mb_mgr(ulong flags);

    [LibraryImport(Name)]
    internal static partial void init_mb_mgr_auto(ImbManager* manager, uint* architecture);

    [LibraryImport(Name)]
    internal static partial void free_mb_mgr(ImbManager* manager);
}

/// <summary>
/// What we use of struct IMB_MGR. The library's first major version adds pointers at the end only, says its header.
/// </summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct ImbManager
{
    [FieldOffset(8)]
    internal readonly ulong Features;

    [FieldOffset(56)]
    internal readonly uint Architecture;

    [FieldOffset(64)]
    internal readonly delegate* unmanaged[SuppressGCTransition]<ImbManager*, ImbJob*> GetNextJob;

    [FieldOffset(72)]
    internal readonly delegate* unmanaged<ImbManager*, ImbJob*> SubmitJob;

    [FieldOffset(464)]
    internal readonly delegate* unmanaged<byte*, byte*, void> Gcm256Pre;
}

/// <summary>The first fields of struct IMB_JOB, which the library owns: one message and what to do with it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ImbJob
{
    internal byte* EncryptionKeys;
    internal byte* DecryptionKeys;
    internal ulong KeyLength;
    internal byte* Source;
    internal byte* Destination;
    internal ulong CipherStart;
    internal ulong CipherLength;
    internal ulong HashStart;
    internal ulong HashLength;
    internal byte* Iv;
    internal ulong IvLength;
    internal byte* Tag;
    internal ulong TagLength;
    internal byte* Associated;
    internal ulong AssociatedLength;
    internal nint PiecewiseContext;
    internal int Status;
    internal int CipherMode;
    internal int Direction;
    internal int HashAlgorithm;
    internal int ChainOrder;
}
