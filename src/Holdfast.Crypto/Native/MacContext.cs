using System.Runtime.InteropServices;

namespace Holdfast.Crypto.Native;

/// <summary>
/// One EVP_MAC_CTX with its parameters set for good, used by one thread and keyed anew for each message.
/// </summary>
internal sealed unsafe class MacContext : SafeHandle
{
    private const int NoKeySize = 32;

    private MacContext(nint mac) : base(0, ownsHandle: true) =>
        SetHandle(LibCrypto.Check(LibCrypto.EVP_MAC_CTX_new(mac), "EVP_MAC_CTX_new"));

    public override bool IsInvalid => handle == 0;

    /// <summary>HMAC (RFC 2104) over BLAKE2s-256.</summary>
    internal static MacContext ForHmac()
    {
        var made = new MacContext(Algorithms.Shared.Hmac);
        fixed (byte* key = "digest"u8, digest = AlgorithmNames.Blake2s)
        {
            var parameters = stackalloc OsslParam[]
            {
                OsslParam.Text(key, digest, AlgorithmNames.Blake2s.Length), OsslParam.End,
            };
            made.SetKey(stackalloc byte[NoKeySize], parameters);
        }
        return made;
    }

    /// <summary>BLAKE2s with a key (RFC 7693 2.9) and an output of <paramref name="size"/> bytes.</summary>
    internal static MacContext ForBlake2s(int size)
    {
        var made = new MacContext(Algorithms.Shared.Blake2sMac);
        nuint length = (nuint)size;
        fixed (byte* key = "size"u8)
        {
            var parameters = stackalloc OsslParam[] { OsslParam.Size(key, &length), OsslParam.End };
            made.SetKey(stackalloc byte[NoKeySize], parameters);
        }
        return made;
    }

    /// <summary>Fills the whole of <paramref name="fill"/>, which the caller sized as the context was made.</summary>
    internal void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> fill)
    {
        SetKey(key, null);
        nuint written;
        fixed (byte* one = first, two = second, output = fill)
        {
            if (first.Length > 0)
                LibCrypto.Check(LibCrypto.EVP_MAC_update(handle, one, (nuint)first.Length), "EVP_MAC_update");
            if (second.Length > 0)
                LibCrypto.Check(LibCrypto.EVP_MAC_update(handle, two, (nuint)second.Length), "EVP_MAC_update");
            LibCrypto.Check(LibCrypto.EVP_MAC_final(handle, output, &written, (nuint)fill.Length), "EVP_MAC_final");
        }
        if (written != (nuint)fill.Length) throw new CryptoException("EVP_MAC_final", $"{written} bytes");
        // A chaining key left in the context would give away the session's keys until the next handshake.
        SetKey(stackalloc byte[NoKeySize], null);
        GC.KeepAlive(this);
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_MAC_CTX_free(handle);
        return true;
    }

    private void SetKey(ReadOnlySpan<byte> key, OsslParam* parameters)
    {
        // A null key means "keep the last one" to EVP_MAC_init; an empty key must still have an address.
        byte none;
        fixed (byte* k = key)
            LibCrypto.Check(
                LibCrypto.EVP_MAC_init(handle, k != null ? k : &none, (nuint)key.Length, parameters), "EVP_MAC_init");
    }
}
