using Holdfast.Crypto.Native;

namespace Holdfast.Crypto;

/// <summary>
/// The system's libraries that do the work: OpenSSL's libcrypto, 3.0 or later, and libsodium, 1.0.12 or later.
/// </summary>
public static class CryptoLibraries
{
    /// <summary>
    /// Loads both libraries and every algorithm in them that Holdfast uses. A program calls this as it starts, so that
    /// it fails before it has changed anything; without it the first use of a key does the same.
    /// </summary>
    /// <exception cref="CryptoLibraryException">A library is missing, too old, or hides an algorithm.</exception>
    public static void Require() => _ = Algorithms.Shared;
}
