using System.Buffers.Binary;
using Holdfast.Crypto;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Noise;

/// <summary>
/// The two transport keys of a session, with its counters (paper 5.4.5 and 5.4.6). Between two Holdfast ends there may be two
/// more, for AES-256-GCM; both ciphers share the counters, so that order and replay window are one.
/// </summary>
internal sealed class Keypair : IDisposable
{
    private readonly Aead _seal;
    private readonly Aead _open;
    private readonly Aead? _sealAes;
    private readonly Aead? _openAes;
    private readonly ReplayWindow _replay = new(Limits.ReplayWindowBits);
    private ulong _sendCounter;
    private bool _opensAes;
    private bool _sealsAes;
    private int _hellos;

    private Keypair(
        (Aead Seal, Aead Open) data, (Aead Seal, Aead Open)? aes, Capabilities offers, uint localIndex, uint remoteIndex,
        bool isInitiator, MonoTime created)
    {
        (_seal, _open) = data;
        (_sealAes, _openAes) = (aes?.Seal, aes?.Open);
        Offers = offers;
        (LocalIndex, RemoteIndex, IsInitiator, Created) = (localIndex, remoteIndex, isInitiator, created);
    }

    /// <summary>First of the block of receiver indices that the other end puts into messages to us.</summary>
    internal uint LocalIndex { get; }

    /// <summary>The receiver index that we put into messages to the other end.</summary>
    internal uint RemoteIndex { get; }

    internal bool IsInitiator { get; }

    internal MonoTime Created { get; }

    /// <summary>What this end offers within the session; nothing towards a plain peer, which never gets a frame.</summary>
    internal Capabilities Offers { get; }

    /// <summary>What both ends do within the session, as far as the other end has said.</summary>
    internal Capabilities Agreed { get; private set; }

    internal bool AgreesPaths => (Agreed & Capabilities.Paths) != 0;

    /// <summary>Whether the other end numbers its paths in it, as far as was seen.</summary>
    internal bool IsNumbered { get; set; }

    /// <summary>What is under way under it; null while nobody acknowledges.</summary>
    internal SentPackets? Sent { get; set; }

    /// <summary>The counters that arrived.</summary>
    internal ReplayWindow Window => _replay;

    /// <summary>When the responder may say hello (again); never at the initiator, which answers.</summary>
    internal MonoTime NextHello { get; private set; } = MonoTime.Never;

    /// <summary>The cipher of the next message.</summary>
    internal Cipher Cipher =>
        _sealsAes && _sendCounter < Limits.Aes256GcmMessages ? Cipher.Aes256Gcm : Cipher.ChaCha20Poly1305;

    /// <summary>Messages sealed so far; the next one gets this counter.</summary>
    internal ulong SendCounter => _sendCounter;

    /// <summary>Label of the keys for AES-256-GCM: the second input of their derivation, where WireGuard's keys have none.</summary>
    private static ReadOnlySpan<byte> AesLabel => "Holdfast v1 AES-256-GCM"u8;

    /// <summary>
    /// Ends a handshake (paper 5.4.5): two keys from the chaining key, crossed between the ends; and two more if this end offers
    /// AES-256-GCM to one that may be another Holdfast, whose indices are blocks as ours are.
    /// </summary>
    internal static Keypair Derive(
        SymmetricState state, AeadContexts contexts, uint localIndex, uint remoteIndex, bool isInitiator, Capabilities offers,
        MonoTime now)
    {
        if (remoteIndex % Limits.IndexBlock != 0) offers = Capabilities.None;
        var data = DeriveCipher(Cipher.ChaCha20Poly1305, state, contexts, [], isInitiator);
        try
        {
            var aes = (offers & Capabilities.Aes256Gcm) == 0
                ? ((Aead, Aead)?)null : DeriveCipher(Cipher.Aes256Gcm, state, contexts, AesLabel, isInitiator);
            return new Keypair(data, aes, offers, localIndex, remoteIndex, isInitiator, now);
        }
        catch
        {
            data.Seal.Dispose();
            data.Open.Dispose();
            throw;
        }
    }

    private static (Aead Seal, Aead Open) DeriveCipher(
        Cipher cipher, SymmetricState state, AeadContexts contexts, ReadOnlySpan<byte> label, bool isInitiator)
    {
        Span<byte> keys = stackalloc byte[64];
        using var wiped = new Zeroed(keys);
        var fromInitiator = keys[..32];
        var fromResponder = keys[32..];
        Kdf.Derive(state.ChainingKey, label, fromInitiator, fromResponder);
        var seal = Aead.ForSealing(cipher, isInitiator ? fromInitiator : fromResponder, contexts);
        try
        {
            return (seal, Aead.ForOpening(cipher, isInitiator ? fromResponder : fromInitiator, contexts));
        }
        catch
        {
            seal.Dispose();
            throw;
        }
    }

    /// <summary>Whether it may still be used: neither too old nor too much used.</summary>
    internal bool MaySeal(MonoTime now) =>
        _sendCounter < Limits.RejectAfterMessages && !(Created + Limits.RejectAfterTime).Passed(now);

    /// <summary>Whether messages under it are still accepted.</summary>
    internal bool MayOpen(MonoTime now) => !(Created + Limits.RejectAfterTime).Passed(now);

    /// <summary>Whether its user should ask for a new one when sending (paper 6.2).</summary>
    internal bool IsDueWhenSending(MonoTime now) => _sendCounter > Limits.RekeyAfterMessages
        || (IsInitiator && (Created + Limits.RekeyAfterTime).Passed(now));

    /// <summary>Fills a whole transport message around <paramref name="plain"/>, which is to go by a path, and returns its
    /// length.</summary>
    internal int Seal(ReadOnlySpan<byte> plain, Span<byte> fill, byte path = 0)
    {
        var (aead, index) = Cipher == Cipher.Aes256Gcm
            ? (_sealAes!, RemoteIndex + Message.Aes256GcmIndex) : (_seal, RemoteIndex);
        index += (uint)path << Message.PathShift;
        BinaryPrimitives.WriteUInt32LittleEndian(fill, Message.Transport);
        BinaryPrimitives.WriteUInt32LittleEndian(fill[Message.TransportReceiver..], index);
        BinaryPrimitives.WriteUInt64LittleEndian(fill[Message.TransportCounter..], _sendCounter);
        var length = Message.TransportMinimumBytes + plain.Length;
        aead.Seal(_sendCounter++, plain, fill[Message.TransportHeaderBytes..length]);
        return length;
    }

    /// <summary>Whether a message with this receiver index, one of our block, can be for this session.</summary>
    internal bool Accepts(uint receiver) =>
        Message.PathOf(receiver) is var path && (path == 0 || (Offers & Capabilities.Paths) != 0)
        && (!Message.IsAes256Gcm(receiver) || _opensAes);

    /// <summary>Opens the payload of a transport message into <paramref name="fill"/>; only then the counter counts.</summary>
    internal Drop Open(uint receiver, ulong counter, ReadOnlySpan<byte> payload, Span<byte> fill)
    {
        var isAes = Message.IsAes256Gcm(receiver);
        if (counter >= Limits.RejectAfterMessages) return Drop.KeyExpired;
        if (_replay.Refuses(counter)) return Drop.Replayed; // cheaper than opening it first
        if (!(isAes ? _openAes! : _open).TryOpen(counter, payload, fill)) return Drop.Forged;
        _sealsAes |= isAes; // who sends it, opens it
        return _replay.Accept(counter);
    }

    /// <summary>Whether a message whose counter came before is the other end's; its counter counts no more.</summary>
    internal bool OpensCopy(uint receiver, ulong counter, ReadOnlySpan<byte> payload, Span<byte> fill) =>
        counter < Limits.RejectAfterMessages && (Message.IsAes256Gcm(receiver) ? _openAes! : _open).TryOpen(counter, payload, fill);

    /// <summary>The initiator has confirmed the session: the responder may say hello from now on.</summary>
    internal void Confirm(MonoTime now)
    {
        if (Offers != Capabilities.None) NextHello = now;
    }

    /// <summary>What this end says; from here on it opens what it offers.</summary>
    internal Hello SayHello(bool acknowledges, MonoTime now)
    {
        _opensAes = (Offers & Capabilities.Aes256Gcm) != 0;
        if (!IsInitiator) NextHello = ++_hellos < Limits.Hellos ? now + Limits.HelloInterval : MonoTime.Never;
        return new Hello(TimestampMark.Version, Offers, acknowledges);
    }

    /// <summary>Hears what the other end offers: what both do is agreed, for the life of the session.</summary>
    internal void Hear(Hello hello)
    {
        Agreed = Offers & hello.Offers;
        var agreesAes = (Agreed & Capabilities.Aes256Gcm) != 0;
        _opensAes |= agreesAes;
        _sealsAes |= agreesAes;
        NextHello = MonoTime.Never;
    }

    /// <summary>A frame about paths came: who sends one has heard our hello, and agreed.</summary>
    internal void HearOfPaths() => Agreed |= Offers & Capabilities.Paths;

    /// <summary>Sets the send counter, for tests of its limits.</summary>
    internal void SkipTo(ulong counter) => _sendCounter = counter;

    /// <summary>Cleanses all keys.</summary>
    public void Dispose()
    {
        _seal.Dispose();
        _open.Dispose();
        _sealAes?.Dispose();
        _openAes?.Dispose();
    }
}
