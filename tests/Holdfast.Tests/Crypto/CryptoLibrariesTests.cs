using Holdfast.Crypto;
using Holdfast.Crypto.Native;

namespace Holdfast.Tests.Crypto;

public sealed class CryptoLibrariesTests
{
    [Fact]
    public void This_machine_has_what_is_needed()
    {
        CryptoLibraries.Require();
        CryptoLibraries.Require();
        LibraryProbe.Require(new LibraryNeeds());
    }

    [Fact]
    public void A_missing_openssl_is_told() => Tells(
        new LibraryNeeds { OpenSsl = "libcrypto.so.99" },
        "OpenSSL is missing: libcrypto.so.99 can't be loaded, 3.0.0 or later is needed; " +
        "install or upgrade the Debian package libssl3");

    [Fact]
    public void A_missing_libsodium_is_told() => Tells(
        new LibraryNeeds { Sodium = "libsodium.so.99" },
        "libsodium is missing: libsodium.so.99 can't be loaded, 1.0.12 or later is needed; " +
        "install or upgrade the Debian package libsodium23");

    [Fact]
    public void An_old_openssl_is_told() => TellsParts(
        new LibraryNeeds { OpenSslVersion = new Version(9, 1, 0) },
        "OpenSSL (libcrypto.so.3) is too old: 3.", " found, 9.1.0 or later is needed", "package libssl3");

    [Fact]
    public void An_old_libsodium_is_told() => TellsParts(
        new LibraryNeeds { SodiumVersion = new Version(9, 0, 1) },
        "libsodium (libsodium.so.23) is too old: 1.", " found, 9.0.1 or later is needed", "package libsodium23");

    [Fact]
    public void Another_library_under_the_name_is_told()
    {
        TellsParts(new LibraryNeeds { OpenSsl = "libc.so.6" }, "libc.so.6 is not the OpenSSL that is needed");
        TellsParts(new LibraryNeeds { Sodium = "libc.so.6" }, "libc.so.6 is not the libsodium that is needed");
    }

    [Fact]
    public void A_hidden_algorithm_is_told() => TellsParts(
        // No implementation carries this property, as none but the FIPS provider's carries fips=yes.
        new LibraryNeeds { OpenSslProperties = "holdfast=yes" },
        "OpenSSL (libcrypto.so.3) offers no ChaCha20-Poly1305", "openssl.cnf", "default provider");

    [Fact]
    public void A_failure_names_the_operation_and_the_reason()
    {
        CryptoLibraries.Require();
        using var context = new DigestContext(digest: 0);
        var failure = Assert.Throws<CryptoException>(() => context.Hash([], [], new byte[32]));
        Assert.Equal("EVP_DigestInit_ex2", failure.Operation);
        Assert.StartsWith("EVP_DigestInit_ex2 failed: error:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no digest set", failure.Message, StringComparison.Ordinal);
    }

    private static void Tells(LibraryNeeds needs, string message) =>
        Assert.Equal(message, Assert.Throws<CryptoLibraryException>(() => LibraryProbe.Require(needs)).Message);

    private static void TellsParts(LibraryNeeds needs, params string[] parts)
    {
        var failure = Assert.Throws<CryptoLibraryException>(() => LibraryProbe.Require(needs));
        Assert.All(parts, p => Assert.Contains(p, failure.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', failure.Message);
    }
}
