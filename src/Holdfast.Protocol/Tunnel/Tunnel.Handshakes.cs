using System.Buffers.Binary;
using Holdfast.Crypto;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol;

// Making sessions (paper 5.4.2 to 5.4.7). An initiation of ours and one of the peer's may cross: each side answers, and both
// sessions come about; then the end with the lower public key goes over to the other's.
public sealed partial class Tunnel
{
    /// <summary>Sends an initiation, unless one went out less than RekeyTimeout ago to the same endpoint.</summary>
    private void Initiate(Peer peer, in Now now, bool isRetry = false)
    {
        if (!isRetry) peer.HandshakeAttempts = 0;
        if (_self is null || peer.StaticShared is null || !peer.CurrentEndpoint.IsKnown) return;
        var isUnderWay = isRetry || peer.Timers.Retransmit != MonoTime.Never;
        var apart = peer.IsRedirected ? Limits.InitiationInterval : isUnderWay ? PatienceWith(peer) : Limits.RekeyTimeout;
        if (!(peer.LastInitiationSent + apart).Passed(now.Mono)) return;
        // A packet that asks in the moment before the timer does stands for it, or steady traffic would hide a dead endpoint.
        if (peer.Timers.Retransmit != MonoTime.Never && !peer.IsRedirected) CountUnanswered(peer);
        peer.LastInitiationSent = now.Mono;
        peer.IsRedirected = false;

        if (KeepsToUplinks && !IsReachedBy(Uplinks, peer) && BestUplink(peer.CurrentEndpoint) is { InterfaceIndex: not 0 } uplink) peer.Source = uplink;
        DropInitiation(peer);
        peer.Initiation = new Initiation(_peers.NewIndex(peer), OffersTo(peer));
        Span<byte> message = stackalloc byte[Message.InitiationBytes];
        if (!peer.Initiation.TryWrite(
            _self, peer.PublicKey, peer.StaticShared.Bytes, NextTimestamp(peer, now), _random, message)) return;
        peer.Cookies.WriteMacs(peer.PublicKey, message, now.Mono);
        message.CopyTo(_datagrams.Reserve(peer.CurrentEndpoint, peer.Source, Message.InitiationBytes));
        Send(peer, Message.InitiationBytes, now.Mono);
        if (peer.PathTable is { } paths)
        {
            peer.Initiation.Kept = message.ToArray();
            SendCopies(peer, paths, message, now.Mono, isAgain: false);
        }
        Arm(peer, ref peer.Timers.Retransmit, now.Mono + PatienceWith(peer) + Jitter());
    }

    /// <summary>Another Holdfast end gets the same bytes by every path, and answers by each: the first answer counts.</summary>
    private void SendCopies(Peer peer, PathTable paths, ReadOnlySpan<byte> message, MonoTime now, bool isAgain)
    {
        paths.LastInitiation = now;
        var local = LocalOf(peer.Source);
        foreach (var path in paths.All)
        {
            if (path is null || !HasUplink(path.Local)) continue;
            if (!isAgain && path.Remote == peer.CurrentEndpoint && path.Local == local) continue;
            message.CopyTo(_datagrams.Reserve(path.Remote, path.Local, message.Length));
            CommitBy(peer, path, message.Length, now);
        }
    }

    /// <summary>
    /// Nothing carries what is sent: the other end may have begun anew, and know nothing of this session. It may also not be there yet,
    /// or a path come back: until the next initiation is due, the last one is sent again.
    /// </summary>
    private void InitiateCutOff(Peer peer, PathTable paths, in Now now)
    {
        if (peer.Timers.Retransmit == MonoTime.Never) Initiate(peer, now);
        else if (peer.Initiation is { Kept: { } message } && (paths.LastInitiation + PathLimits.CarryingProbe).Passed(now.Mono))
        {
            peer.Cookies.WriteMacs(peer.PublicKey, message, now.Mono); // one may have been demanded
            SendCopies(peer, paths, message, now.Mono, isAgain: true);
        }
    }

    private Tai64n NextTimestamp(Peer peer, in Now now)
    {
        var last = peer.LastTimestampSent > _timestampFloor ? peer.LastTimestampSent : _timestampFloor;
        peer.LastTimestampSent = Tai64n.After(last, now.UnixNanoseconds);
        if (peer.LastTimestampSent > LatestTimestampSent) LatestTimestampSent = peer.LastTimestampSent;
        return peer.LastTimestampSent;
    }

    private Drop HandleInitiation(ReadOnlySpan<byte> datagram, in Endpoint from, in LocalAddress to, in Now now)
    {
        if (Admit(datagram, Message.InitiationSender, from, to, now) is var drop and not Drop.None) return drop;
        Span<byte> again = stackalloc byte[Message.ResponseBytes];
        if (_responses.TryRepeat(datagram, now.Mono, again))
        {
            again.CopyTo(_datagrams.Reserve(from, to, again.Length));
            _datagrams.Commit(again.Length, from, to, null);
            return Drops.Count(Drop.Copy);
        }

        Span<byte> memory = stackalloc byte[SymmetricState.Bytes];
        using var wiped = new Zeroed(memory);
        return Respond(new Responder(_self!, memory, datagram), datagram, from, to, now);
    }

    private Drop Respond(
        Responder responder, ReadOnlySpan<byte> initiation, in Endpoint from, in LocalAddress to, in Now now)
    {
        if (!responder.TryReadStatic(out var remote)) return Drops.Count(Drop.Forged);
        if (_peers.Find(remote) is not { StaticShared: { } shared } peer) return Drops.Count(Drop.UnknownPeer);
        if (!responder.TryReadTimestamp(shared.Bytes, out var timestamp)) return Count(peer, Drop.Forged);
        if (timestamp <= peer.LatestTimestamp) return Count(peer, Drop.StaleTimestamp);
        if (!(peer.LastInitiationAccepted + Limits.InitiationInterval).Passed(now.Mono))
            return Count(peer, Drop.InitiationFlood);
        peer.LatestTimestamp = timestamp;
        peer.LastInitiationAccepted = now.Mono;
        Received(peer, initiation.Length, from, to, now.Mono);

        var offers = TimestampMark.IsOn(timestamp) ? OffersTo(peer) : Capabilities.None;
        var index = _peers.NewIndex(peer);
        var room = _datagrams.Reserve(peer.CurrentEndpoint, peer.Source, Message.ResponseBytes)[..Message.ResponseBytes];
        var psk = PresharedKeyOf(peer);
        if (responder.TryRespond(remote, _contexts, psk, index, offers, _random, now.Mono, room) is not { } keypair)
        {
            _peers.Release(index);
            return Count(peer, Drop.Forged);
        }
        Retire(peer, peer.Next);
        Retire(peer, peer.Previous);
        (peer.Next, peer.Previous) = (keypair, null);
        SessionDerived(peer, keypair, now.Mono);

        peer.Cookies.WriteMacs(peer.PublicKey, room, now.Mono);
        if ((offers & Capabilities.Paths) != 0 && peer.PathTable is not null) _responses.Keep(initiation, room, now.Mono);
        Send(peer, Message.ResponseBytes, now.Mono);
        return Drop.None;
    }

    private Drop HandleResponse(ReadOnlySpan<byte> datagram, in Endpoint from, in LocalAddress to, in Now now)
    {
        if (Admit(datagram, Message.ResponseSender, from, to, now) is var drop and not Drop.None) return drop;

        var receiver = BinaryPrimitives.ReadUInt32LittleEndian(datagram[Message.ResponseReceiver..]);
        if (!_peers.TryFind(receiver, out var found)) return Drops.Count(Drop.UnknownReceiver);
        var peer = found.Peer;
        if (peer.Initiation is not { } initiation || initiation.LocalIndex != receiver)
            return Count(peer, peer.PathTable is not null && found.Keypair is not null ? Drop.Copy : Drop.UnexpectedResponse);
        if (initiation.TryComplete(_self!, _contexts, PresharedKeyOf(peer), datagram, now.Mono) is not { } keypair)
            return Count(peer, Drop.Forged);

        peer.Initiation = null; // its index goes on to the keypair
        initiation.Dispose();
        if (peer.Next is not null && !Yields(peer))
        {
            Retire(peer, peer.Current);
            Retire(peer, peer.Previous);
            (peer.Previous, peer.Next) = (peer.Next, null);
        }
        else
        {
            Retire(peer, peer.Previous);
            peer.Previous = peer.Current;
        }
        peer.Current = keypair;
        SessionDerived(peer, keypair, now.Mono);
        Received(peer, datagram.Length, from, to, now.Mono);
        HandshakeComplete(peer, now);
        HandshakeCameBy(peer, from, to, now);

        // The responder uses the session only after a message under it.
        if (peer.Staged.Count > 0) SendStaged(peer, now);
        else SendKeepalive(peer, now);
        return Drop.None;
    }

    /// <summary>
    /// Who of two ends that both began stays ready for the other's session, so that they meet in one. Each using its
    /// own, both would renew theirs from then on, and retire what the other still uses.
    /// </summary>
    private bool Yields(Peer peer) => _self!.PublicKey.Bytes.SequenceCompareTo(peer.PublicKey.Bytes) < 0;

    /// <summary>
    /// Whether the last two sessions came of handshakes that crossed and were reordered: each end confirmed the other's, and
    /// would go on as its responder, with nobody to renew either. The end that does not yield then follows the other to
    /// the session under which that one sends.
    /// </summary>
    private bool HasCrossed(Peer peer)
    {
        var (own, others) = peer.Current is { IsInitiator: true } ? (peer.Current, peer.Previous) : (peer.Previous, peer.Current);
        return own is { IsInitiator: true } && others is { IsInitiator: false } && !Yields(peer)
            && others.Created > own.Created && others.Created - own.Created < Limits.CrossingTime;
    }

    private Drop HandleCookieReply(ReadOnlySpan<byte> datagram, in Now now)
    {
        var receiver = BinaryPrimitives.ReadUInt32LittleEndian(datagram[Message.CookieReplyReceiver..]);
        if (!_peers.TryFind(receiver, out var found)) return Drops.Count(Drop.UnknownReceiver);
        var drop = found.Peer.Cookies.Take(found.Peer.PublicKey, datagram, now.Mono);
        return drop == Drop.None ? Drop.None : Count(found.Peer, drop);
    }

    /// <summary>
    /// What a stranger's handshake message must pass before it costs more than a hash: the first MAC, and under load the
    /// second, then a rate. In a flood that has used up the replies, nothing is computed without a second MAC.
    /// </summary>
    private Drop Admit(
        ReadOnlySpan<byte> datagram, int senderOffset, in Endpoint from, in LocalAddress to, in Now now)
    {
        if (_load.IsOver(now.Mono) && !CookieChecker.ClaimsCookie(datagram)) return Drops.Count(Drop.RateLimited);
        if (!CookieChecker.HasMac1(_self!, datagram)) return Drops.Count(Drop.BadMac);
        if (!_load.IsUnder(now.Mono)) return Drop.None;
        if (_cookies.HasMac2(datagram, from, now.Mono))
            return _sources.Allows(from, now.Mono) && _load.HasRoom(now.Mono) ? Drop.None : Drops.Count(Drop.RateLimited);

        if (!_load.MayReply(now.Mono)) return Drops.Count(Drop.RateLimited);
        var room = _datagrams.Reserve(from, to, Message.CookieReplyBytes);
        var sender = BinaryPrimitives.ReadUInt32LittleEndian(datagram[senderOffset..]);
        _cookies.WriteReply(_self!, datagram, sender, from, now.Mono, room);
        _datagrams.Commit(Message.CookieReplyBytes, from, to, null);
        return Drops.Count(Drop.CookieNeeded);
    }

    private void SessionDerived(Peer peer, Keypair keypair, MonoTime now)
    {
        _peers.Assign(keypair.LocalIndex, keypair, peer);
        if (peer.PathTable is { HasSeveral: true }) keypair.Window.Widen(PathLimits.ReplayWindowBits);
        Arm(peer, ref peer.Timers.ZeroKeys, now + Limits.ZeroKeysAfter);
    }

    private void HandshakeComplete(Peer peer, in Now now)
    {
        peer.Timers.Retransmit = MonoTime.Never;
        peer.IsRedirected = peer.IsHurried = false;
        peer.HandshakeAttempts = 0;
        peer.UnansweredInitiations = 0;
        peer.SentLastMinuteHandshake = false;
        peer.Handshakes++;
        peer.LastHandshakeUnixNanoseconds = now.UnixNanoseconds;
        _events.SessionEstablished(peer);
    }

    private static ReadOnlySpan<byte> PresharedKeyOf(Peer peer) =>
        peer.PresharedSecret is { } key ? key.Bytes : NoPresharedKey;

    private void Retire(Peer peer, Keypair? keypair)
    {
        if (keypair is null) return;
        if (peer.PathTable is { } paths) ForgetSent(paths, keypair);
        _peers.Release(keypair.LocalIndex);
        keypair.Dispose();
    }

    private void RetireAll(Peer peer)
    {
        Retire(peer, peer.Previous);
        Retire(peer, peer.Current);
        Retire(peer, peer.Next);
        (peer.Previous, peer.Current, peer.Next) = (null, null, null);
    }

    private void DropInitiation(Peer peer)
    {
        if (peer.Initiation is not { } initiation) return;
        _peers.Release(initiation.LocalIndex);
        initiation.Dispose();
        peer.Initiation = null;
    }

    /// <summary>Zeroes all that was agreed with the peer, and what waited for it.</summary>
    private void EndSession(Peer peer)
    {
        RetireAll(peer);
        DropInitiation(peer);
        DropStaged(peer);
        DropPaths(peer);
        var persistent = peer.Timers.PersistentKeepalive;
        peer.Timers = PeerTimers.Unarmed;
        peer.Timers.PersistentKeepalive = persistent;
        peer.LastInitiationSent = MonoTime.LongAgo;
        peer.IsRedirected = peer.IsHurried = false;
    }
}
