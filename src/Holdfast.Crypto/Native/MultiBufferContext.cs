using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Holdfast.Crypto.Native;

/// <summary>One key as Intel's library wants it: AES's with its round keys and GCM's powers, ChaCha20's as it is.</summary>
internal sealed unsafe class MultiBufferContext : CipherContext
{
    private readonly MultiBuffer _library;
    private readonly bool _isAes;

    internal MultiBufferContext(Cipher cipher, MultiBuffer library)
    {
        (_library, _isAes) = (library, cipher == Cipher.Aes256Gcm);
        SetHandle((nint)NativeMemory.AlignedAlloc(LibIpsecMb.GcmKeyDataSize, LibIpsecMb.GcmKeyDataAlignment));
        Wipe();
    }

    private byte* Key => (byte*)handle;

    internal override void SetSealingKey(ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        fixed (byte* k = key)
        {
            if (_isAes) _library.Manager->Gcm256Pre(k, Key);
            else NativeMemory.Copy(k, Key, Aead.KeySize);
        }
        GC.KeepAlive(this);
    }

    internal override void SetOpeningKey(ReadOnlySpan<byte> key) => SetSealingKey(key);

    // The library itself clears what it leaves on the stack and in registers (IMB_FEATURE_SAFE_DATA).
    internal override void Wipe()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        CryptographicOperations.ZeroMemory(new Span<byte>(Key, LibIpsecMb.GcmKeyDataSize));
        GC.KeepAlive(this);
    }

    internal override void Seal(ulong counter, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated, Span<byte> fill)
    {
        fixed (byte* input = plain, aad = associated, output = fill)
            Run(counter, input, plain.Length, aad, associated.Length, output, output + plain.Length, seals: true);
    }

    internal override bool TryOpen(
        ulong counter, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated, Span<byte> fill)
    {
        int length = sealedBytes.Length - Aead.TagSize;
        byte* tag = stackalloc byte[Aead.TagSize];
        fixed (byte* input = sealedBytes, aad = associated, output = fill)
            Run(counter, input, length, aad, associated.Length, output, tag, seals: false);
        // In place or not, the tag that came stands behind what was written. All of it is compared at once.
        if (Vector128.EqualsAll(Vector128.Create(sealedBytes[length..]), Vector128.Load(tag))) return true;
        fill[..length].Clear();
        return false;
    }

    protected override bool ReleaseHandle()
    {
        CryptographicOperations.ZeroMemory(new Span<byte>(Key, LibIpsecMb.GcmKeyDataSize));
        NativeMemory.AlignedFree(Key);
        return true;
    }

    /// <summary>One message from start to end; neither cipher ever waits for others to be computed along with it.</summary>
    private void Run(
        ulong counter, byte* input, int length, byte* associated, int associatedLength, byte* output, byte* tag, bool seals)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        byte* iv = stackalloc byte[IvSize];
        WriteIv(iv, counter);
        var manager = _library.Manager;
        // The manager's own; it still says what the last message was.
        var job = manager->GetNextJob(manager);
        job->EncryptionKeys = job->DecryptionKeys = Key;
        job->KeyLength = Aead.KeySize;
        job->Source = input;
        job->Destination = output;
        job->CipherStart = job->HashStart = 0;
        job->CipherLength = job->HashLength = (ulong)length;
        job->Iv = iv;
        job->IvLength = IvSize;
        job->Tag = tag;
        job->TagLength = Aead.TagSize;
        job->Associated = associated;
        job->AssociatedLength = (ulong)associatedLength;
        job->CipherMode = _isAes ? LibIpsecMb.IMB_CIPHER_GCM : LibIpsecMb.IMB_CIPHER_CHACHA20_POLY1305;
        job->HashAlgorithm = _isAes ? LibIpsecMb.IMB_AUTH_AES_GMAC : LibIpsecMb.IMB_AUTH_CHACHA20_POLY1305;
        job->Direction = seals ? LibIpsecMb.IMB_DIR_ENCRYPT : LibIpsecMb.IMB_DIR_DECRYPT;
        job->ChainOrder = seals ? LibIpsecMb.IMB_ORDER_CIPHER_HASH : LibIpsecMb.IMB_ORDER_HASH_CIPHER;
        var done = manager->SubmitJob(manager);
        if (done is null || done->Status != LibIpsecMb.IMB_STATUS_COMPLETED) throw new CryptoException("IMB_SUBMIT_JOB", "");
        GC.KeepAlive(_library);
        GC.KeepAlive(this);
    }
}
