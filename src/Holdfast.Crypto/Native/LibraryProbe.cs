using System.Runtime.InteropServices;
using System.Text;

namespace Holdfast.Crypto.Native;

/// <summary>
/// Looks at the two libraries by hand, with the dynamic loader alone: nothing here is bound by the runtime, which
/// would answer a missing library or function with an error that names no package.
/// </summary>
internal static unsafe class LibraryProbe
{
    internal static bool CanLoad(string library) => NativeLibrary.TryLoad(library, out _);

    /// <exception cref="CryptoLibraryException">A library is missing, too old, or hides an algorithm.</exception>
    internal static void Require(LibraryNeeds needs)
    {
        RequireOpenSsl(needs);
        RequireSodium(needs);
    }

    private static void RequireOpenSsl(LibraryNeeds needs)
    {
        const string Package = "libssl3";
        var library = Load(needs.OpenSsl, "OpenSSL", needs.OpenSslVersion, Package);
        var number = (delegate* unmanaged<ulong>)Find(
            library, needs.OpenSsl, "OpenSSL", "OpenSSL_version_num", Package);

        // 0xMNN00PP0 since 3.0 (OpenSSL_version_num(3)).
        var packed = number();
        var found = new Version((int)(packed >> 28 & 0xf), (int)(packed >> 20 & 0xff), (int)(packed >> 4 & 0xff));
        RequireVersion(needs.OpenSsl, "OpenSSL", found, needs.OpenSslVersion, Package);

        RequireAlgorithm(library, needs, "EVP_CIPHER", AlgorithmNames.ChaCha20Poly1305);
        RequireAlgorithm(library, needs, "EVP_CIPHER", AlgorithmNames.Aes256Gcm);
        RequireAlgorithm(library, needs, "EVP_MD", AlgorithmNames.Blake2s);
        RequireAlgorithm(library, needs, "EVP_MAC", AlgorithmNames.Hmac);
        RequireAlgorithm(library, needs, "EVP_MAC", AlgorithmNames.Blake2sMac);
        RequireAlgorithm(library, needs, "EVP_KEYMGMT", AlgorithmNames.X25519);
        RequireAlgorithm(library, needs, "EVP_KEYEXCH", AlgorithmNames.X25519);
    }

    private static void RequireSodium(LibraryNeeds needs)
    {
        const string Package = "libsodium23";
        var library = Load(needs.Sodium, "libsodium", needs.SodiumVersion, Package);
        var text = (delegate* unmanaged<nint>)Find(
            library, needs.Sodium, "libsodium", "sodium_version_string", Package);
        var words = Marshal.PtrToStringUTF8(text()) ?? "";
        if (!Version.TryParse(words, out var found))
            throw new CryptoLibraryException(
                $"libsodium ({needs.Sodium}) calls its version '{words}', which can't be read; {Advice(Package)}");
        RequireVersion(needs.Sodium, "libsodium", found, needs.SodiumVersion, Package);
        Find(library, needs.Sodium, "libsodium", "crypto_aead_xchacha20poly1305_ietf_encrypt", Package);
    }

    private static nint Load(string library, string title, Version needed, string package)
    {
        if (NativeLibrary.TryLoad(library, out var handle)) return handle;
        throw new CryptoLibraryException(
            $"{title} is missing: {library} can't be loaded, {needed} or later is needed; {Advice(package)}");
    }

    private static nint Find(nint library, string name, string title, string function, string package)
    {
        if (NativeLibrary.TryGetExport(library, function, out var address)) return address;
        throw new CryptoLibraryException(
            $"{name} is not the {title} that is needed: it has no {function}; {Advice(package)}");
    }

    private static void RequireVersion(string library, string title, Version found, Version needed, string package)
    {
        if (found >= needed) return;
        throw new CryptoLibraryException(
            $"{title} ({library}) is too old: {found} found, {needed} or later is needed; {Advice(package)}");
    }

    private static void RequireAlgorithm(nint library, LibraryNeeds needs, string kind, ReadOnlySpan<byte> algorithm)
    {
        const string Package = "libssl3";
        var fetch = (delegate* unmanaged<nint, byte*, byte*, nint>)Find(
            library, needs.OpenSsl, "OpenSSL", kind + "_fetch", Package);
        var free = (delegate* unmanaged<nint, void>)Find(library, needs.OpenSsl, "OpenSSL", kind + "_free", Package);

        byte[]? properties = needs.OpenSslProperties is { } words ? [.. Encoding.UTF8.GetBytes(words), 0] : null;
        fixed (byte* name = algorithm, choice = properties)
        {
            var fetched = fetch(0, name, choice);
            if (fetched == 0)
                throw new CryptoLibraryException(
                    $"OpenSSL ({needs.OpenSsl}) offers no {Encoding.UTF8.GetString(algorithm)}: its configuration " +
                    "(openssl.cnf, OPENSSL_CONF, a FIPS-only policy) hides it; activate OpenSSL's default provider");
            free(fetched);
        }
    }

    private static string Advice(string package) => $"install or upgrade the Debian package {package}";
}
