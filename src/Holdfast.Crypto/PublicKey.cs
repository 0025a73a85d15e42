using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Holdfast.Crypto;

/// <summary>
/// A peer's public key: 32 bytes by value, written in base64 as the wg tool does. Comparing takes varying time.
/// </summary>
public readonly struct PublicKey : IEquatable<PublicKey>
{
    /// <summary>Bytes of a public key.</summary>
    public const int Size = 32;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    /// <summary>Copies a key of 32 bytes.</summary>
    public PublicKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException("a public key has 32 bytes", nameof(bytes));
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        (_first, _second, _third, _fourth) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>The key's 32 bytes, where they stand.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<PublicKey>(in this));

    /// <summary>Whether all bytes are zero, which is no peer's key.</summary>
    public bool IsZero => (_first | _second | _third | _fourth) == 0;

    /// <summary>Copies the key to the start of <paramref name="fill"/>.</summary>
    public void CopyTo(Span<byte> fill) => Bytes.CopyTo(fill);

    /// <summary>Reads a key as the wg tool prints it: 44 characters of base64, strictly.</summary>
    public static bool TryParse(ReadOnlySpan<char> base64, out PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var read = KeyText.TryReadBase64(base64, bytes);
        key = read ? new PublicKey(bytes) : default;
        return read;
    }

    /// <summary>Reads 64 hexadecimal digits, as WireGuard's userspace interface writes keys.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> hex, out PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var read = KeyText.TryReadHex(hex, bytes);
        key = read ? new PublicKey(bytes) : default;
        return read;
    }

    /// <summary>64 hexadecimal digits in lower case.</summary>
    public string ToHex() => Convert.ToHexStringLower(Bytes);

    /// <summary>44 characters of base64.</summary>
    public override string ToString() => Convert.ToBase64String(Bytes);

    /// <inheritdoc/>
    public bool Equals(PublicKey other) =>
        _first == other._first && _second == other._second && _third == other._third && _fourth == other._fourth;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PublicKey other && Equals(other);

    /// <summary>Seeded per process, so that nobody can choose keys that collide.</summary>
    public override int GetHashCode() => HashCode.Combine(_first, _second, _third, _fourth);

    /// <summary>Whether both keys have the same bytes.</summary>
    public static bool operator ==(PublicKey left, PublicKey right) => left.Equals(right);

    /// <summary>Whether the keys differ.</summary>
    public static bool operator !=(PublicKey left, PublicKey right) => !left.Equals(right);
}
