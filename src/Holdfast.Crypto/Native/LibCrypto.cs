using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Every signature below is blittable: calls go straight to the library, without a marshalling stub.
[assembly: DisableRuntimeMarshalling]
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]

namespace Holdfast.Crypto.Native;

/// <summary>
/// The functions of OpenSSL 3's libcrypto that we use, under their own names (openssl/evp.h, rand.h, err.h).
/// </summary>
internal static unsafe partial class LibCrypto
{
    internal const string Name = "libcrypto.so.3";

    // openssl/crypto.h
    internal const ulong OPENSSL_INIT_LOAD_CONFIG = 0x40;
    internal const ulong OPENSSL_INIT_NO_ATEXIT = 0x80000;
    internal const int OPENSSL_VERSION_STRING = 6;
    // openssl/evp.h
    internal const int EVP_CTRL_AEAD_GET_TAG = 0x10;
    internal const int EVP_CTRL_AEAD_SET_TAG = 0x11;
    internal const int EVP_PKEY_PUBLIC_KEY = 0x86;
    internal const int EVP_PKEY_KEYPAIR = 0x87;

    [LibraryImport(Name)]
    internal static partial int OPENSSL_init_crypto(ulong options, void* settings);

    [LibraryImport(Name)]
    internal static partial nint OpenSSL_version(int part);

    [LibraryImport(Name)]
    internal static partial nint EVP_CIPHER_fetch(nint library, byte* algorithm, byte* properties);

    [LibraryImport(Name)]
    internal static partial nint EVP_CIPHER_CTX_new();

    [LibraryImport(Name)]
    internal static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Name)]
    internal static partial int EVP_CIPHER_CTX_ctrl(nint context, int command, int length, void* argument);

    [LibraryImport(Name)]
    internal static partial int EVP_EncryptInit_ex2(
        nint context, nint cipher, byte* key, byte* iv, OsslParam* parameters);

    [LibraryImport(Name)]
    internal static partial int EVP_EncryptUpdate(
        nint context, byte* output, int* outputLength, byte* input, int inputLength);

    [LibraryImport(Name)]
    internal static partial int EVP_EncryptFinal_ex(nint context, byte* output, int* outputLength);

    [LibraryImport(Name)]
    internal static partial int EVP_DecryptInit_ex2(
        nint context, nint cipher, byte* key, byte* iv, OsslParam* parameters);

    [LibraryImport(Name)]
    internal static partial int EVP_DecryptUpdate(
        nint context, byte* output, int* outputLength, byte* input, int inputLength);

    [LibraryImport(Name)]
    internal static partial int EVP_DecryptFinal_ex(nint context, byte* output, int* outputLength);

    [LibraryImport(Name)]
    internal static partial nint EVP_MD_fetch(nint library, byte* algorithm, byte* properties);

    [LibraryImport(Name)]
    internal static partial nint EVP_MD_CTX_new();

    [LibraryImport(Name)]
    internal static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Name)]
    internal static partial int EVP_DigestInit_ex2(nint context, nint digest, OsslParam* parameters);

    [LibraryImport(Name)]
    internal static partial int EVP_DigestUpdate(nint context, byte* input, nuint length);

    [LibraryImport(Name)]
    internal static partial int EVP_DigestFinal_ex(nint context, byte* output, uint* outputLength);

    [LibraryImport(Name)]
    internal static partial nint EVP_MAC_fetch(nint library, byte* algorithm, byte* properties);

    [LibraryImport(Name)]
    internal static partial nint EVP_MAC_CTX_new(nint mac);

    [LibraryImport(Name)]
    internal static partial void EVP_MAC_CTX_free(nint context);

    [LibraryImport(Name)]
    internal static partial int EVP_MAC_init(nint context, byte* key, nuint keyLength, OsslParam* parameters);

    [LibraryImport(Name)]
    internal static partial int EVP_MAC_update(nint context, byte* input, nuint length);

    [LibraryImport(Name)]
    internal static partial int EVP_MAC_final(nint context, byte* output, nuint* outputLength, nuint room);

    [LibraryImport(Name)]
    internal static partial nint EVP_PKEY_CTX_new_from_name(nint library, byte* algorithm, byte* properties);

    [LibraryImport(Name)]
    internal static partial nint EVP_PKEY_CTX_new_from_pkey(nint library, nint key, byte* properties);

    [LibraryImport(Name)]
    internal static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Name)]
    internal static partial int EVP_PKEY_fromdata_init(nint context);

    [LibraryImport(Name)]
    internal static partial int EVP_PKEY_fromdata(nint context, nint* key, int selection, OsslParam* parameters);

    [LibraryImport(Name)]
    internal static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Name)]
    internal static partial int EVP_PKEY_derive_init(nint context);

    [LibraryImport(Name)]
    internal static partial int EVP_PKEY_derive_set_peer_ex(nint context, nint peer, int validate);

    [LibraryImport(Name)]
    internal static partial int EVP_PKEY_derive(nint context, byte* secret, nuint* secretLength);

    [LibraryImport(Name)]
    internal static partial int RAND_priv_bytes(byte* output, int length);

    [LibraryImport(Name)]
    internal static partial nuint ERR_get_error();

    [LibraryImport(Name)]
    internal static partial void ERR_error_string_n(nuint error, byte* text, nuint room);

    [LibraryImport(Name)]
    internal static partial void ERR_clear_error();

    /// <summary>Throws a <see cref="CryptoException"/> unless an EVP function returned 1.</summary>
    internal static void Check(int result, string operation)
    {
        if (result != 1) throw Failure(operation);
    }

    /// <summary>Throws a <see cref="CryptoException"/> if an EVP function returned no object.</summary>
    internal static nint Check(nint made, string operation) => made != 0 ? made : throw Failure(operation);

    /// <summary>Takes OpenSSL's errors off this thread's queue and words them.</summary>
    internal static CryptoException Failure(string operation)
    {
        const int Room = 256;                                   // what ERR_error_string_n(3) asks for
        byte* text = stackalloc byte[Room];
        var reasons = new List<string>();
        while (ERR_get_error() is var error and not 0)
        {
            ERR_error_string_n(error, text, Room);
            reasons.Add(Marshal.PtrToStringUTF8((nint)text) ?? "");
        }
        return new CryptoException(operation, string.Join("; ", reasons));
    }
}
