using System.Runtime.InteropServices;

namespace Holdfast.Crypto.Native;

/// <summary>
/// One EVP_MD_CTX for BLAKE2s-256, used by one thread. The library cleanses its state after each digest.
/// </summary>
internal sealed unsafe class DigestContext : SafeHandle
{
    private readonly nint _digest;

    internal DigestContext(nint digest) : base(0, ownsHandle: true)
    {
        _digest = digest;
        SetHandle(LibCrypto.Check(LibCrypto.EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
    }

    public override bool IsInvalid => handle == 0;

    internal void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> fill)
    {
        fixed (byte* one = first, two = second, output = fill)
        {
            LibCrypto.Check(LibCrypto.EVP_DigestInit_ex2(handle, _digest, null), "EVP_DigestInit_ex2");
            if (first.Length > 0)
                LibCrypto.Check(LibCrypto.EVP_DigestUpdate(handle, one, (nuint)first.Length), "EVP_DigestUpdate");
            if (second.Length > 0)
                LibCrypto.Check(LibCrypto.EVP_DigestUpdate(handle, two, (nuint)second.Length), "EVP_DigestUpdate");
            LibCrypto.Check(LibCrypto.EVP_DigestFinal_ex(handle, output, null), "EVP_DigestFinal_ex");
        }
        GC.KeepAlive(this);
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_MD_CTX_free(handle);
        return true;
    }
}
