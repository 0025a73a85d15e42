using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Holdfast.Crypto.Native;

/// <summary>
/// One key's state in a library that computes a cipher, used by one thread at a time. Freeing it cleanses the key. Its pointer
/// is passed without counting references; KeepAlive keeps the finalizer away while the library works.
/// </summary>
internal abstract class CipherContext() : SafeHandle(0, ownsHandle: true)
{
    /// <summary>Bytes of a nonce.</summary>
    protected const int IvSize = 12;

    public override bool IsInvalid => handle == 0;

    /// <summary>Whose key it has; null for nobody's.</summary>
    internal Aead? User { get; set; }

    /// <summary>Whether that key was used since somebody last looked for one that rests.</summary>
    internal bool WasUsed { get; set; }

    internal abstract void SetSealingKey(ReadOnlySpan<byte> key);

    internal abstract void SetOpeningKey(ReadOnlySpan<byte> key);

    /// <summary>Overwrites the key, and whatever the last message left.</summary>
    internal abstract void Wipe();

    /// <summary>Needs a sealing key; the caller checked the lengths.</summary>
    internal abstract void Seal(ulong counter, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated, Span<byte> fill);

    /// <summary>Needs an opening key; the caller checked the lengths. A forgery leaves zeros.</summary>
    internal abstract bool TryOpen(
        ulong counter, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated, Span<byte> fill);

    /// <summary>
    /// RFC 8439 2.8 with WireGuard's choice: four zero bytes, then the counter, least significant byte first.
    /// </summary>
    protected static unsafe void WriteIv(byte* iv, ulong counter)
    {
        *(uint*)iv = 0;
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(iv + 4, 8), counter);
    }
}
