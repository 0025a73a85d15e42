using System.Buffers.Binary;
using Holdfast.Crypto;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Noise;

/// <summary>The two transport keys of a session, with its counters (paper 5.4.5 and 5.4.6).</summary>
internal sealed class Keypair : IDisposable
{
    private readonly Aead _seal;
    private readonly Aead _open;
    private readonly ReplayWindow _replay = new(Limits.ReplayWindowBits);
    private ulong _sendCounter;

    private Keypair(Aead seal, Aead open, uint localIndex, uint remoteIndex, bool isInitiator, MonoTime created)
    {
        (_seal, _open) = (seal, open);
        (LocalIndex, RemoteIndex, IsInitiator, Created) = (localIndex, remoteIndex, isInitiator, created);
    }

    /// <summary>First of the block of receiver indices that the other end puts into messages to us.</summary>
    internal uint LocalIndex { get; }

    /// <summary>The receiver index that we put into messages to the other end.</summary>
    internal uint RemoteIndex { get; }

    internal bool IsInitiator { get; }

    internal MonoTime Created { get; }

    /// <summary>Messages sealed so far; the next one gets this counter.</summary>
    internal ulong SendCounter => _sendCounter;

    /// <summary>Ends a handshake (paper 5.4.5): two keys from the chaining key, crossed between the ends.</summary>
    internal static Keypair Derive(
        SymmetricState state, uint localIndex, uint remoteIndex, bool isInitiator, MonoTime now)
    {
        Span<byte> keys = stackalloc byte[64];
        using var wiped = new Zeroed(keys);
        var fromInitiator = keys[..32];
        var fromResponder = keys[32..];
        Kdf.Derive(state.ChainingKey, [], fromInitiator, fromResponder);
        var seal = Aead.ForSealing(Cipher.ChaCha20Poly1305, isInitiator ? fromInitiator : fromResponder);
        try
        {
            var open = Aead.ForOpening(Cipher.ChaCha20Poly1305, isInitiator ? fromResponder : fromInitiator);
            return new Keypair(seal, open, localIndex, remoteIndex, isInitiator, now);
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

    /// <summary>Fills a whole transport message around <paramref name="plain"/> and returns its length.</summary>
    internal int Seal(ReadOnlySpan<byte> plain, Span<byte> fill)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(fill, Message.Transport);
        BinaryPrimitives.WriteUInt32LittleEndian(fill[Message.TransportReceiver..], RemoteIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(fill[Message.TransportCounter..], _sendCounter);
        var length = Message.TransportMinimumBytes + plain.Length;
        _seal.Seal(_sendCounter++, plain, fill[Message.TransportHeaderBytes..length]);
        return length;
    }

    /// <summary>Opens the payload of a transport message into <paramref name="fill"/>; only then the counter counts.</summary>
    internal Drop Open(ulong counter, ReadOnlySpan<byte> payload, Span<byte> fill)
    {
        if (counter >= Limits.RejectAfterMessages) return Drop.KeyExpired;
        if (_replay.Refuses(counter)) return Drop.Replayed; // cheaper than opening it first
        if (!_open.TryOpen(counter, payload, fill)) return Drop.Forged;
        return _replay.Accept(counter);
    }

    /// <summary>Sets the send counter, for tests of its limits.</summary>
    internal void SkipTo(ulong counter) => _sendCounter = counter;

    /// <summary>Cleanses both keys.</summary>
    public void Dispose()
    {
        _seal.Dispose();
        _open.Dispose();
    }
}
