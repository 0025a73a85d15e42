namespace Holdfast.Crypto.Native;

/// <summary>The names under which OpenSSL's providers know what we use. UTF-8 literals end with a zero byte.</summary>
internal static class AlgorithmNames
{
    internal static ReadOnlySpan<byte> ChaCha20Poly1305 => "ChaCha20-Poly1305"u8;
    internal static ReadOnlySpan<byte> Aes256Gcm => "AES-256-GCM"u8;
    internal static ReadOnlySpan<byte> Blake2s => "BLAKE2S-256"u8;
    internal static ReadOnlySpan<byte> Hmac => "HMAC"u8;
    internal static ReadOnlySpan<byte> Blake2sMac => "BLAKE2SMAC"u8;
    internal static ReadOnlySpan<byte> X25519 => "X25519"u8;
}
