using Holdfast.Crypto;

namespace Holdfast.Protocol.Noise;

/// <summary>The static key of this end, and what is derived from its public half.</summary>
public sealed class Identity : IDisposable
{
    internal static ReadOnlySpan<byte> Mac1Label => "mac1----"u8;

    internal static ReadOnlySpan<byte> CookieLabel => "cookie--"u8;

    private readonly byte[] _mac1Key = new byte[32];
    private readonly byte[] _cookieKey = new byte[32];

    /// <summary>Takes the private key over; it is zeroed with this object.</summary>
    public Identity(Secret privateKey)
    {
        PrivateKey = privateKey;
        try
        {
            PublicKey = privateKey.DerivePublicKey();
            Blake2s.Hash(Mac1Label, PublicKey.Bytes, _mac1Key);
            Blake2s.Hash(CookieLabel, PublicKey.Bytes, _cookieKey);
        }
        catch
        {
            privateKey.Dispose();
            throw;
        }
    }

    /// <summary>The public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>The private half, borrowed: its owner stays this object.</summary>
    public Secret PrivateKey { get; }

    /// <summary>Key of the first MAC in messages to this end.</summary>
    internal ReadOnlySpan<byte> Mac1Key => _mac1Key;

    /// <summary>Key under which this end seals its cookies.</summary>
    internal ReadOnlySpan<byte> CookieKey => _cookieKey;

    /// <inheritdoc/>
    public void Dispose() => PrivateKey.Dispose();
}
