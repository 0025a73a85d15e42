using System.Security.Cryptography;

namespace Holdfast.Crypto;

/// <summary>
/// Zeroes a secret on the stack at the end of its scope, however that is left: <c>using var wiped = new Zeroed(key);</c>.
/// </summary>
/// <param name="secret">Borrowed until the end of the scope.</param>
public readonly ref struct Zeroed(Span<byte> secret)
{
    private readonly Span<byte> _secret = secret;

    /// <summary>Zeroes it.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}
