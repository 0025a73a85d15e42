using System.Buffers.Binary;
using Holdfast.Crypto;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Noise;

/// <summary>
/// The responder's half of one handshake, from reading an initiation to deriving the keypair, within one call: nothing of it
/// outlives the answer, so an own outstanding initiation is not disturbed when both ends begin at once.
/// </summary>
internal ref struct Responder
{
    private readonly Identity _self;
    private readonly SymmetricState _state;
    private readonly ReadOnlySpan<byte> _message;

    /// <summary>Works on <see cref="SymmetricState.Bytes"/> bytes of the caller's, who clears them.</summary>
    internal Responder(Identity self, Span<byte> memory, ReadOnlySpan<byte> initiation)
    {
        _self = self;
        _state = new SymmetricState(memory);
        _message = initiation;
    }

    private readonly ReadOnlySpan<byte> Ephemeral => _message.Slice(Message.InitiationEphemeral, 32);

    /// <summary>Opens the initiator's static key: who is it?</summary>
    internal readonly bool TryReadStatic(out PublicKey remote)
    {
        _state.Begin(_self.PublicKey);
        _state.MixHash(Ephemeral);
        _state.MixKey(Ephemeral);

        Span<byte> key = stackalloc byte[32];
        using var wiped = new Zeroed(key);
        Span<byte> plain = stackalloc byte[32];
        var opened = _state.TryMixAgreement(_self.PrivateKey.Bytes, Ephemeral, key)
            && _state.TryOpenAndHash(key, _message[Message.InitiationStatic..Message.InitiationTimestamp], plain);
        remote = opened ? new PublicKey(plain) : default;
        return opened;
    }

    /// <summary>Opens the timestamp, which proves that the initiator holds its static key.</summary>
    internal readonly bool TryReadTimestamp(ReadOnlySpan<byte> staticShared, out Tai64n timestamp)
    {
        Span<byte> key = stackalloc byte[32];
        using var wiped = new Zeroed(key);
        Span<byte> label = stackalloc byte[Tai64n.Size];
        _state.MixKey(staticShared, key);
        var opened =
            _state.TryOpenAndHash(key, _message[Message.InitiationTimestamp..Message.InitiationMac1], label);
        timestamp = opened ? Tai64n.Read(label) : default;
        return opened;
    }

    /// <summary>
    /// Fills the response up to its MACs (paper 5.4.3) and derives the keypair. Null on a degenerate key. What this end offers
    /// is none towards a plain peer.
    /// </summary>
    internal readonly Keypair? TryRespond(
        in PublicKey remote, AeadContexts contexts, ReadOnlySpan<byte> presharedKey, uint localIndex, Capabilities offers,
        IRandomSource random, MonoTime now, Span<byte> fill)
    {
        var remoteIndex = BinaryPrimitives.ReadUInt32LittleEndian(_message[Message.InitiationSender..]);
        BinaryPrimitives.WriteUInt32LittleEndian(fill, Message.Response);
        BinaryPrimitives.WriteUInt32LittleEndian(fill[Message.ResponseSender..], localIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(fill[Message.ResponseReceiver..], remoteIndex);

        Span<byte> own = stackalloc byte[32];
        using var wipedOwn = new Zeroed(own);
        Span<byte> key = stackalloc byte[32];
        using var wipedKey = new Zeroed(key);
        random.Fill(own);
        Initiation.X25519Clamp(own);
        var ephemeral = fill.Slice(Message.ResponseEphemeral, 32);
        X25519.DerivePublicKey(own, ephemeral);

        _state.MixHash(ephemeral);
        _state.MixKey(ephemeral);
        Keypair? keypair = null;
        if (_state.TryMixAgreement(own, Ephemeral) && _state.TryMixAgreement(own, remote.Bytes))
        {
            _state.MixPresharedKey(presharedKey, key);
            _state.SealAndHash(key, [], fill[Message.ResponseEmpty..Message.ResponseMac1]);
            keypair = Keypair.Derive(_state, contexts, localIndex, remoteIndex, isInitiator: false, offers, now);
        }
        return keypair;
    }
}
