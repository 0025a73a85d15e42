using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Fuzz.Targets;

/// <summary>
/// An initiation whose every field is the input's, sealed as its sender would: index, ephemeral key, static key, timestamp, and at
/// last flipped bits under a valid MAC. Each is answered or dropped by the name that follows from its fields.
/// </summary>
internal sealed class HandshakeTarget : Target
{
    private const int RawEphemeral = 1;
    private const int RawStatic = 2;
    private const int WrongShared = 4;
    private const int Flipped = 8;
    private const int SealedUpTo = Message.InitiationTimestamp;
    private const int SessionsBeforeRenewal = 32;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);

    private readonly byte[] _ephemeral = new byte[32];
    private readonly byte[] _ephemeralPublic = new byte[32];
    private readonly byte[] _ephemeralShared = new byte[32];
    private readonly byte[] _message = new byte[Message.InitiationBytes];
    private readonly byte[] _sealed = new byte[Message.InitiationMac1];
    private TunnelRoom _room = new();
    private int _sessions;

    public HandshakeTarget()
    {
        _ephemeral.AsSpan().Fill(7);
        X25519.DerivePublicKey(_ephemeral, _ephemeralPublic);
        X25519.TryAgree(_ephemeral, _room.Victim.Key.Bytes, _ephemeralShared);
    }

    internal override string Name => "handshake";

    internal override int LongestInput => 128;

    internal override IEnumerable<byte[]> Seeds
    {
        get
        {
            byte[] timestamp = [0x40, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0];
            yield return [0, 1, 2, 3, 4, 0, .. timestamp];
            yield return [0, 1, 2, 3, 4, 1, .. timestamp];
            yield return [RawEphemeral, 1, 2, 3, 4, .. new byte[32], 0, .. timestamp];
            yield return [RawStatic, 1, 2, 3, 4, .. new byte[32], .. timestamp];
            yield return [WrongShared, 1, 2, 3, 4, 0, .. timestamp];
            yield return [Flipped, 1, 2, 3, 4, 0, .. timestamp, 50, 1];
        }
    }

    internal override long MayAllocate(int length) => long.MaxValue;

    internal override void Read(ReadOnlySpan<byte> input)
    {
        var reader = new InputReader(input);
        var flags = reader.Byte();
        if (_room.IsOld || _sessions == SessionsBeforeRenewal) Reset();
        _room.Mono += Step;
        Build(ref reader, flags, out var timestamp, out var known);
        var (ownOpens, labelOpens) = (_message.AsSpan(0, SealedUpTo).SequenceEqual(_sealed.AsSpan(0, SealedUpTo)),
            _message.AsSpan(SealedUpTo, Message.InitiationMac1 - SealedUpTo).SequenceEqual(_sealed.AsSpan(SealedUpTo)));
        _room.WriteMac1(_message);

        var victim = _room.Victim;
        var peer = PeerOf(known);
        var (latest, events, sent, received) = (peer.LatestTimestamp, victim.Events, victim.SentBytes, peer.ReceivedBytes);
        var drop = victim.Tunnel.HandleDatagram(_message, _room.Friend.Address, default, _room.Now);

        Require(victim.SentBytes - sent <= Message.InitiationBytes, "the answer is larger than the question");
        if (drop == Drop.None)
        {
            _sessions++;
            Require(known >= 0 && ownOpens && labelOpens && timestamp > latest, "taken, and should not be");
            Require(victim.Datagram.Length == Message.ResponseBytes && victim.SentBytes - sent == Message.ResponseBytes, "no response");
            Require(victim.Datagram.Slice(Message.ResponseReceiver, 4).SequenceEqual(_message.AsSpan(Message.InitiationSender, 4)),
                "the response is for another");
            return;
        }
        Require(peer.ReceivedBytes == received && victim.SentBytes == sent && victim.Events == events, "dropped, and changed something");
        var expected = (flags & RawEphemeral) != 0 || !ownOpens ? Drop.Forged
            : known < 0 ? Drop.UnknownPeer
            : (flags & WrongShared) != 0 || !labelOpens ? Drop.Forged
            : Drop.StaleTimestamp;
        Require(drop == expected, "dropped by another name");
    }

    internal override void Reset()
    {
        _room.Dispose();
        (_room, _sessions) = (new TunnelRoom(), 0);
    }

    protected override void Close() => _room.Dispose();

    private Peer PeerOf(int known) => known switch
    {
        1 => _room.OfStranger,
        2 => _room.OfServer,
        _ => _room.OfFriend,
    };

    private void Build(ref InputReader reader, int flags, out Tai64n timestamp, out int known)
    {
        Span<byte> memory = stackalloc byte[SymmetricState.Bytes];
        Span<byte> key = stackalloc byte[32];
        Span<byte> own = stackalloc byte[32];
        Span<byte> label = stackalloc byte[Tai64n.Size];
        _message.AsSpan().Clear();
        _message[0] = (byte)Message.Initiation;
        reader.Fill(_message.AsSpan(Message.InitiationSender, 4));
        var ephemeral = _message.AsSpan(Message.InitiationEphemeral, 32);
        if ((flags & RawEphemeral) != 0) reader.Fill(ephemeral);
        else _ephemeralPublic.CopyTo(ephemeral);
        known = ChooseStatic(ref reader, flags, own);
        reader.Fill(label);
        timestamp = Tai64n.Read(label);

        var state = new SymmetricState(memory);
        state.Begin(_room.Victim.Key);
        state.MixHash(ephemeral);
        state.MixKey(ephemeral);
        state.MixKey(_ephemeralShared, key);
        state.SealAndHash(key, own, _message.AsSpan(Message.InitiationStatic, 48));
        state.MixKey((flags & WrongShared) != 0 ? _ephemeralShared : PeerOf(known).StaticShared!.Bytes, key);
        state.SealAndHash(key, label, _message.AsSpan(Message.InitiationTimestamp, 28));

        _message.AsSpan(0, Message.InitiationMac1).CopyTo(_sealed);
        while ((flags & Flipped) != 0 && !reader.AtEnd)
        {
            var at = Message.InitiationEphemeral + (reader.Byte() % (Message.InitiationMac1 - Message.InitiationEphemeral));
            _message[at] ^= reader.Byte();
        }
    }

    /// <summary>0 for the friend's key, 1 for the stranger's, 2 for the server's; -1 for what the victim does not know.</summary>
    private int ChooseStatic(ref InputReader reader, int flags, scoped Span<byte> fill)
    {
        if ((flags & RawStatic) != 0)
        {
            reader.Fill(fill);
            return fill.SequenceEqual(_room.Friend.Key.Bytes) ? 0 : fill.SequenceEqual(_room.Stranger.Key.Bytes) ? 1
                : fill.SequenceEqual(_room.Server.Key.Bytes) ? 2 : -1;
        }
        var which = reader.Byte() & 1;
        (which == 1 ? _room.Stranger : _room.Friend).Key.Bytes.CopyTo(fill);
        return which;
    }
}
