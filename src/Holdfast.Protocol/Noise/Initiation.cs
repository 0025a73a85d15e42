using System.Buffers.Binary;
using System.Security.Cryptography;
using Holdfast.Crypto;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Noise;

/// <summary>An outstanding handshake of ours: what has to be kept between sending an initiation and its response.</summary>
internal sealed class Initiation : IDisposable
{
    // Pinned, so that no collection leaves a copy behind: ephemeral private key, chaining key, hash.
    private readonly byte[] _memory = GC.AllocateArray<byte>(32 + SymmetricState.Bytes, pinned: true);

    internal Initiation(uint localIndex, Capabilities offers) => (LocalIndex, Offers) = (localIndex, offers);

    internal uint LocalIndex { get; }

    /// <summary>What this end offered when it wrote it.</summary>
    internal Capabilities Offers { get; }

    /// <summary>The whole message, if it may be sent once more; null if not.</summary>
    internal byte[]? Kept { get; set; }

    private Span<byte> Ephemeral => _memory.AsSpan(0, 32);

    private SymmetricState State => new(_memory.AsSpan(32));

    /// <summary>Fills the first message up to its MACs (paper 5.4.2). False when the peer's key is degenerate.</summary>
    internal bool TryWrite(
        Identity self, in PublicKey remote, ReadOnlySpan<byte> staticShared, Tai64n timestamp, IRandomSource random,
        Span<byte> fill)
    {
        random.Fill(Ephemeral);
        X25519Clamp(Ephemeral);

        BinaryPrimitives.WriteUInt32LittleEndian(fill, Message.Initiation);
        BinaryPrimitives.WriteUInt32LittleEndian(fill[Message.InitiationSender..], LocalIndex);
        var ephemeral = fill.Slice(Message.InitiationEphemeral, 32);
        X25519.DerivePublicKey(Ephemeral, ephemeral);

        var state = State;
        state.Begin(remote);
        state.MixHash(ephemeral);
        state.MixKey(ephemeral);

        Span<byte> key = stackalloc byte[32];
        using var wipedKey = new Zeroed(key);
        var agreed = state.TryMixAgreement(Ephemeral, remote.Bytes, key);
        if (agreed)
        {
            state.SealAndHash(key, self.PublicKey.Bytes, fill[Message.InitiationStatic..Message.InitiationTimestamp]);
            state.MixKey(staticShared, key);
            Span<byte> label = stackalloc byte[Tai64n.Size];
            (Offers == Capabilities.None ? timestamp : TimestampMark.On(timestamp)).Write(label);
            state.SealAndHash(key, label, fill[Message.InitiationTimestamp..Message.InitiationMac1]);
        }
        return agreed;
    }

    /// <summary>
    /// Takes a response (paper 5.4.3) and derives the session's keypair. Null, with nothing changed, when it was not made for
    /// this initiation.
    /// </summary>
    internal Keypair? TryComplete(
        Identity self, AeadContexts contexts, ReadOnlySpan<byte> presharedKey, ReadOnlySpan<byte> response, MonoTime now)
    {
        Span<byte> memory = stackalloc byte[SymmetricState.Bytes];
        using var wipedMemory = new Zeroed(memory);
        var state = new SymmetricState(memory);
        State.ChainingKey.CopyTo(state.ChainingKey);
        State.Hash.CopyTo(state.Hash);

        var ephemeral = response.Slice(Message.ResponseEphemeral, 32);
        state.MixHash(ephemeral);
        state.MixKey(ephemeral);

        Span<byte> key = stackalloc byte[32];
        using var wipedKey = new Zeroed(key);
        Keypair? keypair = null;
        if (state.TryMixAgreement(Ephemeral, ephemeral) && state.TryMixAgreement(self.PrivateKey.Bytes, ephemeral))
        {
            state.MixPresharedKey(presharedKey, key);
            if (state.TryOpenAndHash(key, response[Message.ResponseEmpty..Message.ResponseMac1], []))
            {
                var remoteIndex = BinaryPrimitives.ReadUInt32LittleEndian(response[Message.ResponseSender..]);
                keypair = Keypair.Derive(state, contexts, LocalIndex, remoteIndex, isInitiator: true, Offers, now);
            }
        }
        return keypair;
    }

    /// <summary>Zeroes what the handshake knows.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_memory);

    // RFC 7748 section 5, so that a private key from any source is a valid scalar.
    internal static void X25519Clamp(Span<byte> key)
    {
        key[0] &= 248;
        key[31] = (byte)((key[31] & 127) | 64);
    }
}
