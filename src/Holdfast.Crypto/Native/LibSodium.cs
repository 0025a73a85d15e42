using System.Runtime.InteropServices;

namespace Holdfast.Crypto.Native;

/// <summary>The functions of libsodium that we use, under their own names (sodium.h).</summary>
internal static unsafe partial class LibSodium
{
    internal const string Name = "libsodium.so.23";

    [LibraryImport(Name)]
    internal static partial int sodium_init();

    [LibraryImport(Name)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_encrypt(
        byte* output, ulong* outputLength, byte* plain, ulong plainLength,
        byte* associated, ulong associatedLength, byte* unused, byte* nonce, byte* key);

    [LibraryImport(Name)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_decrypt(
        byte* output, ulong* outputLength, byte* unused, byte* sealedBytes, ulong sealedLength,
        byte* associated, ulong associatedLength, byte* nonce, byte* key);
}
