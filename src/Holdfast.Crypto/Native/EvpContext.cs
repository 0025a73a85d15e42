namespace Holdfast.Crypto.Native;

/// <summary>One EVP_CIPHER_CTX of OpenSSL.</summary>
internal sealed unsafe class EvpContext : CipherContext
{
    internal EvpContext(nint cipher)
    {
        SetHandle(LibCrypto.Check(LibCrypto.EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new"));
        LibCrypto.Check(LibCrypto.EVP_EncryptInit_ex2(handle, cipher, null, null, null), "EVP_EncryptInit_ex2");
    }

    internal override void SetSealingKey(ReadOnlySpan<byte> key)
    {
        fixed (byte* k = key)
            LibCrypto.Check(LibCrypto.EVP_EncryptInit_ex2(handle, 0, k, null, null), "EVP_EncryptInit_ex2");
        GC.KeepAlive(this);
    }

    internal override void SetOpeningKey(ReadOnlySpan<byte> key)
    {
        fixed (byte* k = key)
            LibCrypto.Check(LibCrypto.EVP_DecryptInit_ex2(handle, 0, k, null, null), "EVP_DecryptInit_ex2");
        GC.KeepAlive(this);
    }

    internal override void Wipe()
    {
        SetSealingKey(stackalloc byte[Aead.KeySize]);
        // A key alone leaves ChaCha20's last block of key stream, which opens the end of the last message.
        Seal(0, [], [], stackalloc byte[Aead.TagSize]);
    }

    internal override void Seal(ulong counter, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated, Span<byte> fill)
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

    internal override bool TryOpen(
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
}
