namespace Holdfast.Crypto.Native;

/// <summary>What must be on the machine. The defaults are what Holdfast needs; tests ask for the impossible.</summary>
internal sealed record LibraryNeeds
{
    /// <summary>Name of OpenSSL's library for the dynamic loader.</summary>
    internal string OpenSsl { get; init; } = LibCrypto.Name;

    /// <summary>EVP with fetched algorithms and BLAKE2SMAC came with 3.0.</summary>
    internal Version OpenSslVersion { get; init; } = new(3, 0, 0);

    /// <summary>Which implementations OpenSSL may choose from ("fips=yes"); null: any.</summary>
    internal string? OpenSslProperties { get; init; }

    /// <summary>Name of libsodium for the dynamic loader.</summary>
    internal string Sodium { get; init; } = LibSodium.Name;

    /// <summary>crypto_aead_xchacha20poly1305_ietf_* came with 1.0.12.</summary>
    internal Version SodiumVersion { get; init; } = new(1, 0, 12);
}
