using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Holdfast.Crypto.Native;

/// <summary>
/// One EVP_CIPHER_CTX, used by one thread at a time. Freeing it cleanses the key. The pointer is passed without
/// counting references; KeepAlive keeps the finalizer away while the library works.
/// </summary>
internal sealed unsafe class CipherContext : SafeHandle
{
    private const int IvSize = 12;

    internal CipherContext(nint cipher) : base(0, ownsHandle: true)
    {
        SetHandle(LibCrypto.Check(LibCrypto.EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new"));
        LibCrypto.Check(LibCrypto.EVP_EncryptInit_ex2(handle, cipher, null, null, null), "EVP_EncryptInit_ex2");
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Whose key it has; null for nobody's.</summary>
    internal Aead? User { get; set; }

    /// <summary>Whether that key was used since somebody last looked for one that rests.</summary>
    internal bool WasUsed { get; set; }

    internal void SetSealingKey(ReadOnlySpan<byte> key)
    {
        fixed (byte* k = key)
            LibCrypto.Check(LibCrypto.EVP_EncryptInit_ex2(handle, 0, k, null, null), "EVP_EncryptInit_ex2");
        GC.KeepAlive(this);
    }

    internal void SetOpeningKey(ReadOnlySpan<byte> key)
    {
        fixed (byte* k = key)
            LibCrypto.Check(LibCrypto.EVP_DecryptInit_ex2(handle, 0, k, null, null), "EVP_DecryptInit_ex2");
        GC.KeepAlive(this);
    }

    /// <summary>Overwrites the key with zeros, and whatever the last message left with what an empty one leaves.</summary>
    internal void Wipe()
    {
        SetSealingKey(stackalloc byte[Aead.KeySize]);
        // A key alone leaves ChaCha20's last block of key stream, which opens the end of the last message.
        Seal(0, [], [], stackalloc byte[Aead.TagSize]);
    }

    /// <summary>Needs a sealing key; the caller checked the lengths.</summary>
    internal void Seal(ulong counter, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated, Span<byte> fill)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        byte* iv = stackalloc byte[IvSize];
        WriteIv(iv, counter);
        int written;
        fixed (byte* input = plain, aad = associated, output = fill)
        {
            LibCrypto.Check(LibCrypto.EVP_EncryptInit_ex2(handle, 0, null, iv, null), "EVP_EncryptInit_ex2");
            if (associated.Length > 0)
                LibCrypto.Check(
                    LibCrypto.EVP_EncryptUpdate(handle, null, &written, aad, associated.Length), "EVP_EncryptUpdate");
            if (plain.Length > 0)
                LibCrypto.Check(
                    LibCrypto.EVP_EncryptUpdate(handle, output, &written, input, plain.Length), "EVP_EncryptUpdate");
            byte* tag = output + plain.Length;
            LibCrypto.Check(LibCrypto.EVP_EncryptFinal_ex(handle, tag, &written), "EVP_EncryptFinal_ex");
            LibCrypto.Check(
                LibCrypto.EVP_CIPHER_CTX_ctrl(handle, LibCrypto.EVP_CTRL_AEAD_GET_TAG, Aead.TagSize, tag),
                "EVP_CTRL_AEAD_GET_TAG");
        }
        GC.KeepAlive(this);
    }

    /// <summary>Needs an opening key; the caller checked the lengths. A forgery leaves zeros.</summary>
    internal bool TryOpen(
        ulong counter, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated, Span<byte> fill)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        byte* iv = stackalloc byte[IvSize];
        WriteIv(iv, counter);
        int length = sealedBytes.Length - Aead.TagSize;
        int written;
        bool genuine;
        fixed (byte* input = sealedBytes, aad = associated, output = fill)
        {
            LibCrypto.Check(LibCrypto.EVP_DecryptInit_ex2(handle, 0, null, iv, null), "EVP_DecryptInit_ex2");
            LibCrypto.Check(
                LibCrypto.EVP_CIPHER_CTX_ctrl(handle, LibCrypto.EVP_CTRL_AEAD_SET_TAG, Aead.TagSize, input + length),
                "EVP_CTRL_AEAD_SET_TAG");
            if (associated.Length > 0)
                LibCrypto.Check(
                    LibCrypto.EVP_DecryptUpdate(handle, null, &written, aad, associated.Length), "EVP_DecryptUpdate");
            if (length > 0)
                LibCrypto.Check(
                    LibCrypto.EVP_DecryptUpdate(handle, output, &written, input, length), "EVP_DecryptUpdate");
            // Neither cipher writes in Final; it may not be given a null pointer.
            byte nothing;
            genuine = LibCrypto.EVP_DecryptFinal_ex(handle, &nothing, &written) == 1;
        }
        if (!genuine)
        {
            fill[..length].Clear();
            LibCrypto.ERR_clear_error();
        }
        GC.KeepAlive(this);
        return genuine;
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_CIPHER_CTX_free(handle);
        return true;
    }

    /// <summary>
    /// RFC 8439 2.8 with WireGuard's choice: four zero bytes, then the counter, least significant byte first.
    /// </summary>
    private static void WriteIv(byte* iv, ulong counter)
    {
        *(uint*)iv = 0;
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(iv + 4, 8), counter);
    }
}
