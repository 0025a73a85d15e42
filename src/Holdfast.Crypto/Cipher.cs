namespace Holdfast.Crypto;

/// <summary>The ciphers for data: both with keys of 32 bytes, nonces of 12 and tags of 16.</summary>
public enum Cipher
{
    /// <summary>RFC 8439; WireGuard's cipher.</summary>
    ChaCha20Poly1305,

    /// <summary>NIST SP 800-38D; twice as fast where the processor has AES.</summary>
    Aes256Gcm,
}
