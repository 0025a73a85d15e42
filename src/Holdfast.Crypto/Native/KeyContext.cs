using System.Runtime.InteropServices;

namespace Holdfast.Crypto.Native;

/// <summary>
/// One EVP_PKEY_CTX that makes X25519 keys from bytes, used by one thread. Keys live for one call; freeing them
/// cleanses them.
/// </summary>
internal sealed unsafe class KeyContext : SafeHandle
{
    internal KeyContext() : base(0, ownsHandle: true)
    {
        // The first use may be the first use of the library at all.
        _ = Algorithms.Shared;
        fixed (byte* name = AlgorithmNames.X25519)
            SetHandle(LibCrypto.Check(
                LibCrypto.EVP_PKEY_CTX_new_from_name(0, name, null), "EVP_PKEY_CTX_new_from_name"));
        LibCrypto.Check(LibCrypto.EVP_PKEY_fromdata_init(handle), "EVP_PKEY_fromdata_init");
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>RFC 7748 5: all three have 32 bytes. False when the result is all zero.</summary>
    internal bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey, Span<byte> fill)
    {
        nint own = 0, peer = 0, agreement = 0;
        try
        {
            own = MakePair(privateKey);
            peer = MakePublic(publicKey);
            agreement = LibCrypto.Check(
                LibCrypto.EVP_PKEY_CTX_new_from_pkey(0, own, null), "EVP_PKEY_CTX_new_from_pkey");
            LibCrypto.Check(LibCrypto.EVP_PKEY_derive_init(agreement), "EVP_PKEY_derive_init");
            // Every string of 32 bytes is a public key (RFC 7748 5), so there is nothing to validate.
            LibCrypto.Check(
                LibCrypto.EVP_PKEY_derive_set_peer_ex(agreement, peer, 0), "EVP_PKEY_derive_set_peer_ex");
            nuint length = X25519.Size;
            fixed (byte* output = fill)
            {
                if (LibCrypto.EVP_PKEY_derive(agreement, output, &length) == 1) return true;
            }
            // All that fails at this point is the library's own check for a result of zeros (RFC 7748 6.1).
            LibCrypto.ERR_clear_error();
            fill.Clear();
            return false;
        }
        finally
        {
            LibCrypto.EVP_PKEY_CTX_free(agreement);
            LibCrypto.EVP_PKEY_free(peer);
            LibCrypto.EVP_PKEY_free(own);
            GC.KeepAlive(this);
        }
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_CTX_free(handle);
        return true;
    }

    /// <summary>
    /// A private key alone would make the library derive the public one, which costs as much as the agreement and is
    /// not part of it. A pair with any public half saves that; the agreement reads the private half only.
    /// </summary>
    private nint MakePair(ReadOnlySpan<byte> privateKey)
    {
        fixed (byte* privateName = "priv"u8, publicName = "pub"u8, secret = privateKey, unread = X25519.BasePoint)
        {
            var parameters = stackalloc OsslParam[]
            {
                OsslParam.Octets(privateName, secret, X25519.Size),
                OsslParam.Octets(publicName, unread, X25519.Size),
                OsslParam.End,
            };
            return Make(LibCrypto.EVP_PKEY_KEYPAIR, parameters);
        }
    }

    private nint MakePublic(ReadOnlySpan<byte> publicKey)
    {
        fixed (byte* name = "pub"u8, bytes = publicKey)
        {
            var parameters = stackalloc OsslParam[]
            {
                OsslParam.Octets(name, bytes, X25519.Size), OsslParam.End,
            };
            return Make(LibCrypto.EVP_PKEY_PUBLIC_KEY, parameters);
        }
    }

    private nint Make(int selection, OsslParam* parameters)
    {
        nint key = 0;
        LibCrypto.Check(LibCrypto.EVP_PKEY_fromdata(handle, &key, selection, parameters), "EVP_PKEY_fromdata");
        return key;
    }
}
