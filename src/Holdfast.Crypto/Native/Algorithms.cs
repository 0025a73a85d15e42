using System.Runtime.InteropServices;

namespace Holdfast.Crypto.Native;

/// <summary>
/// The algorithms that we use, fetched once for the life of the process: an implicit fetch at each call would search
/// OpenSSL's providers under a lock. The first use of anything in this assembly comes through here, so that a missing
/// library is a <see cref="CryptoLibraryException"/> wherever it is met first.
/// </summary>
internal sealed unsafe class Algorithms
{
    private static readonly Lock Loading = new();
    private static volatile Algorithms? _shared;

    internal readonly nint ChaCha20Poly1305;
    internal readonly nint Aes256Gcm;
    internal readonly nint Blake2s;
    internal readonly nint Hmac;
    internal readonly nint Blake2sMac;

    private Algorithms()
    {
        fixed (byte* chacha = AlgorithmNames.ChaCha20Poly1305, aes = AlgorithmNames.Aes256Gcm,
               blake = AlgorithmNames.Blake2s, hmac = AlgorithmNames.Hmac, blakeMac = AlgorithmNames.Blake2sMac)
        {
            ChaCha20Poly1305 = LibCrypto.Check(LibCrypto.EVP_CIPHER_fetch(0, chacha, null), "EVP_CIPHER_fetch");
            Aes256Gcm = LibCrypto.Check(LibCrypto.EVP_CIPHER_fetch(0, aes, null), "EVP_CIPHER_fetch");
            Blake2s = LibCrypto.Check(LibCrypto.EVP_MD_fetch(0, blake, null), "EVP_MD_fetch");
            Hmac = LibCrypto.Check(LibCrypto.EVP_MAC_fetch(0, hmac, null), "EVP_MAC_fetch");
            Blake2sMac = LibCrypto.Check(LibCrypto.EVP_MAC_fetch(0, blakeMac, null), "EVP_MAC_fetch");
        }
    }

    /// <summary>The fetched algorithms.</summary>
    /// <exception cref="CryptoLibraryException">A library is missing, too old, or hides an algorithm.</exception>
    internal static Algorithms Shared => _shared ?? Load();

    /// <summary>Of the library that was found.</summary>
    internal string OpenSslVersion { get; } =
        Marshal.PtrToStringUTF8(LibCrypto.OpenSSL_version(LibCrypto.OPENSSL_VERSION_STRING)) ?? "";

    internal nint Of(Cipher cipher) => cipher == Cipher.Aes256Gcm ? Aes256Gcm : ChaCha20Poly1305;

    private static Algorithms Load()
    {
        lock (Loading)
        {
            if (_shared is { } loaded) return loaded;
            // Without NO_ATEXIT libcrypto tears itself down at exit(3) while our threads may still be sealing.
            // A machine's openssl.cnf is honoured; LibraryProbe says so if it hides what we need.
            if (LibraryProbe.CanLoad(LibCrypto.Name))
            {
                const ulong Options = LibCrypto.OPENSSL_INIT_NO_ATEXIT | LibCrypto.OPENSSL_INIT_LOAD_CONFIG;
                LibCrypto.Check(LibCrypto.OPENSSL_init_crypto(Options, null), "OPENSSL_init_crypto");
            }
            LibraryProbe.Require(new LibraryNeeds());
            LibCrypto.ERR_clear_error();
            // Documented as safe to call again and from any thread; 1 means that it was called before.
            if (LibSodium.sodium_init() < 0) throw new CryptoException("sodium_init", "");
            return _shared = new Algorithms();
        }
    }
}
