using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Holdfast.Crypto.Native;

namespace Holdfast.Crypto;

/// <summary>
/// A private key, a preshared key or any other secret of 32 bytes. It stands in memory that the collector never
/// copies, is zeroed when disposed, compares in constant time and prints as "(hidden)". Its owner disposes it.
/// </summary>
public sealed class Secret : IDisposable
{
    /// <summary>Bytes of a secret.</summary>
    public const int Size = 32;

    // An array, not native memory: a span that somebody still reads keeps it alive, so no finalizer can race with it.
    private byte[]? _bytes;

    /// <summary>Copies a secret of 32 bytes; the caller zeroes its own copy.</summary>
    public Secret(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException("a secret has 32 bytes", nameof(bytes));
        _bytes = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
        bytes.CopyTo(_bytes);
    }

    /// <summary>The secret's 32 bytes, where they stand.</summary>
    /// <exception cref="ObjectDisposedException">It has been zeroed.</exception>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes is null, this);
            return _bytes;
        }
    }

    internal bool IsDisposed => _bytes is null;

    /// <summary>Whether all bytes are zero, found in constant time: "no preshared key" is written so.</summary>
    public bool IsZero => CryptographicOperations.FixedTimeEquals(Bytes, stackalloc byte[Size]);

    /// <summary>Compares in constant time.</summary>
    public bool FixedTimeEquals(Secret other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return CryptographicOperations.FixedTimeEquals(Bytes, other.Bytes);
    }

    /// <summary>A second secret with the same bytes and an owner of its own.</summary>
    public Secret Copy() => new(Bytes);

    /// <summary>Reads a key as the wg tool prints it: 44 characters of base64, strictly.</summary>
    public static bool TryParse(ReadOnlySpan<char> base64, [NotNullWhen(true)] out Secret? secret)
    {
        Span<byte> bytes = stackalloc byte[Size];
        using var wiped = new Zeroed(bytes);
        secret = KeyText.TryReadBase64(base64, bytes) ? new Secret(bytes) : null;
        return secret is not null;
    }

    /// <summary>Reads 64 hexadecimal digits, as WireGuard's userspace interface writes keys.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> hex, [NotNullWhen(true)] out Secret? secret)
    {
        Span<byte> bytes = stackalloc byte[Size];
        using var wiped = new Zeroed(bytes);
        secret = KeyText.TryReadHex(hex, bytes) ? new Secret(bytes) : null;
        return secret is not null;
    }

    /// <summary>Draws 32 random bytes from libcrypto's generator for secrets.</summary>
    public static Secret Generate()
    {
        var made = new Secret(stackalloc byte[Size]);
        made.Draw();
        return made;
    }

    /// <summary>
    /// Draws a private key for X25519, clamped as RFC 7748 5 asks, so that it prints as other tools print it.
    /// </summary>
    public static Secret GeneratePrivateKey()
    {
        var made = Generate();
        made._bytes![0] &= 248;
        made._bytes[31] = (byte)(made._bytes[31] & 127 | 64);
        return made;
    }

    /// <summary>44 characters of base64, for a file or the owner's terminal. The string can't be zeroed.</summary>
    public string ToBase64() => Convert.ToBase64String(Bytes);

    /// <summary>64 hexadecimal digits in lower case. The string can't be zeroed.</summary>
    public string ToHex() => Convert.ToHexStringLower(Bytes);

    /// <summary>The public key that belongs to this private key.</summary>
    public PublicKey DerivePublicKey()
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        X25519.DerivePublicKey(Bytes, bytes);
        return new PublicKey(bytes);
    }

    /// <summary>Never the secret, so that no log or message can hold it.</summary>
    public override string ToString() => "(hidden)";

    /// <summary>Zeroes the bytes, also those that a span from <see cref="Bytes"/> still shows.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = null;
    }

    private unsafe void Draw()
    {
        CryptoLibraries.Require();
        fixed (byte* output = _bytes)
            LibCrypto.Check(LibCrypto.RAND_priv_bytes(output, Size), "RAND_priv_bytes");
    }
}
