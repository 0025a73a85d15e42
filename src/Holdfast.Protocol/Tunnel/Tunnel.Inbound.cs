using System.Buffers.Binary;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol;

// Inbound flow: 1. what message is it  2. whose is it (receiver index)  3. open it straight into the sink; forged and replayed
// ones end here  4. session and timers  5. may the peer use this source address.
public sealed partial class Tunnel
{
    /// <summary>Takes a datagram from the network, from whoever sent it. All arguments are borrowed.</summary>
    /// <param name="datagram">Its bytes.</param>
    /// <param name="from">Its source.</param>
    /// <param name="to">Its destination.</param>
    /// <param name="now">The time.</param>
    /// <param name="ecn">What its IP header had.</param>
    /// <param name="ecnIsShared">Whether that may be a neighbour's: before Linux 6.10, the kernel puts datagrams together whatever
    /// theirs, and tells the first one's. Nothing is lost for it then.</param>
    public Drop HandleDatagram(
        ReadOnlySpan<byte> datagram, in Endpoint from, in LocalAddress to, in Now now, Ecn ecn = Ecn.NotCapable,
        bool ecnIsShared = false)
    {
        if (_self is null) return Drops.Count(Drop.UnknownReceiver);
        return Message.TypeOf(datagram) switch
        {
            Message.Transport => HandleTransport(datagram, from, to, now, ecn, ecnIsShared),
            Message.Initiation => HandleInitiation(datagram, from, to, now),
            Message.Response => HandleResponse(datagram, from, to, now),
            Message.CookieReply => HandleCookieReply(datagram, now),
            _ => Drops.Count(Drop.Malformed),
        };
    }

    private Drop HandleTransport(
        ReadOnlySpan<byte> datagram, in Endpoint from, in LocalAddress to, in Now now, Ecn ecn, bool ecnIsShared)
    {
        var receiver = BinaryPrimitives.ReadUInt32LittleEndian(datagram[Message.TransportReceiver..]);
        if (!_peers.TryFindBlock(receiver, out var found) || found.Keypair is not { } keypair || !keypair.Accepts(receiver))
            return Drops.Count(Drop.UnknownReceiver);
        var peer = found.Peer;
        if (!keypair.MayOpen(now.Mono)) return Count(peer, Drop.KeyExpired);

        var counter = BinaryPrimitives.ReadUInt64LittleEndian(datagram[Message.TransportCounter..]);
        var payload = datagram[Message.TransportHeaderBytes..];
        var plain = _packets.Reserve(payload.Length - Message.TagBytes)[..(payload.Length - Message.TagBytes)];
        if (keypair.Open(receiver, counter, payload, plain) is var drop and not Drop.None)
        {
            if (drop != Drop.Replayed || peer.PathTable is not { } copied) return Count(peer, drop);
            CopyArrived(copied, keypair, datagram, from, to);
            return Count(peer, Drop.Copy);
        }

        if (peer.PathTable is null && MovesBetweenHoldfasts(peer, keypair, plain, from)) PathsOf(peer, now);
        if (peer.PathTable is { } paths && keypair.AgreesPaths)
        {
            var id = Message.PathOf(receiver);
            CountReceived(peer, datagram.Length, now.Mono);
            ArrivedBy(peer, paths, id, ShowsPlace(paths, keypair, id, plain), from, to, now);
        }
        else
        {
            Received(peer, datagram.Length, from, to, now.Mono);
        }
        if (keypair == peer.Next)
        {
            Confirm(peer, now);
            HandshakeCameBy(peer, from, to, now);
        }
        else if (keypair == peer.Previous && HasCrossed(peer)) (peer.Current, peer.Previous) = (keypair, peer.Current);
        if (IsDueWhenReceiving(peer, now.Mono)) InitiateAtLastMinute(peer, now);
        if (keypair.Offers != Capabilities.None && Frame.IsFrame(plain))
        {
            var result = HandleFrame(peer, keypair, plain, from, to, now);
            GoOnBehind(peer, keypair, counter, now.Mono);
            return result;
        }
        if (keypair.NextHello.Passed(now.Mono) && keypair == peer.Current) SayHello(peer, keypair, now);
        if (plain.Length == 0)
        {
            GoOnBehind(peer, keypair, counter, now.Mono);
            return Drop.None;
        }

        DataReceived(peer, now.Mono);
        if (peer.PathTable is { Acknowledges: true } acknowledging) NoteArrival(peer, acknowledging, keypair, counter, Message.PathOf(receiver), now);
        if (peer.PathTable?.Order is { } order)
            return DeliverInOrder(peer, order, keypair, counter, Message.PathOf(receiver), plain, ecn, ecnIsShared, now.Mono);
        return Deliver(peer, plain, ecn, ecnIsShared);
    }

    /// <summary>
    /// A message that came before came by this path, too, whether as a copy or sent again: it is no loss of it. It counts where its path was seen
    /// last, if it opens; and says no more, as anybody can send what he has overheard.
    /// </summary>
    private void CopyArrived(PathTable paths, Keypair keypair, ReadOnlySpan<byte> datagram, in Endpoint from, in LocalAddress to)
    {
        var receiver = BinaryPrimitives.ReadUInt32LittleEndian(datagram[Message.TransportReceiver..]);
        ref var arrival = ref paths.ArrivalsOf(Message.PathOf(receiver));
        if (arrival.From != from || arrival.To != to || !keypair.AgreesPaths) return;
        var counter = BinaryPrimitives.ReadUInt64LittleEndian(datagram[Message.TransportCounter..]);
        var payload = datagram[Message.TransportHeaderBytes..];
        if (!keypair.OpensCopy(receiver, counter, payload, _packets.Reserve(payload.Length - Message.TagBytes)[..(payload.Length - Message.TagBytes)])) return;
        arrival.Packets++;
    }

    /// <summary>
    /// Whether a message is the first by another way, between ends that agree on paths: then the endpoint does not follow it, as a
    /// plain peer's does, before the new place has answered.
    /// </summary>
    private static bool MovesBetweenHoldfasts(Peer peer, Keypair keypair, ReadOnlySpan<byte> plain, in Endpoint from)
    {
        if (peer.PathMode == PathMode.Single) return false;
        if (IsProbe(plain) && (keypair.Offers & Capabilities.Paths) != 0) keypair.HearOfPaths();
        return keypair.AgreesPaths && peer.CurrentEndpoint != from;
    }

    /// <summary>
    /// Whether a message shows the place of the path whose number it bears. Before an end that has several knows that both agree, its messages
    /// go by whichever leads, and bear the number 0.
    /// </summary>
    private static bool ShowsPlace(PathTable paths, Keypair keypair, int id, ReadOnlySpan<byte> plain)
    {
        if (id != 0 || IsProbe(plain)) keypair.IsNumbered = paths.IsNumbered = true;
        return keypair.IsNumbered || !paths.IsNumbered;
    }

    private static bool IsProbe(ReadOnlySpan<byte> plain) => Frame.IsFrame(plain) && plain[0] == Probe.Type;

    private Drop Deliver(Peer peer, Span<byte> plain, Ecn ecn, bool ecnIsShared)
    {
        var drop = Check(peer, plain, ecn, ecnIsShared, out var length);
        if (drop == Drop.None) _packets.Commit(length, peer);
        return drop;
    }

    private Drop Check(Peer peer, Span<byte> plain, Ecn ecn, bool ecnIsShared, out int length)
    {
        length = IpHeader.LengthOf(plain);
        if (length == 0) return Count(peer, Drop.InnerNotIp);
        if (AllowedIps.FindBySource(plain) != peer) return Count(peer, Drop.WrongSource);
        if (!InnerEcn.TryCombine(plain, ecn) && !ecnIsShared) return Count(peer, Drop.NotEcnCapable);
        return Drop.None;
    }

    /// <summary>What every authenticated message calls for: the peer is where it came from.</summary>
    private void Received(Peer peer, int length, in Endpoint from, in LocalAddress to, MonoTime now)
    {
        CountReceived(peer, length, now);
        peer.Source = to;
        if (peer.CurrentEndpoint == from) return;
        peer.CurrentEndpoint = from;
        if (peer.PathTable?.Find(from, LocalOf(to)) is null) _events.EndpointChanged(peer);
    }

    private void CountReceived(Peer peer, int length, MonoTime now)
    {
        peer.ReceivedBytes += length;
        peer.ReceivedPackets++;
        AnyAuthenticatedReceived(peer, now);
    }

    /// <summary>The first message under a keypair that we made as responder: the initiator has it too.</summary>
    private void Confirm(Peer peer, in Now now)
    {
        Retire(peer, peer.Previous);
        (peer.Previous, peer.Current, peer.Next) = (peer.Current, peer.Next, null);
        DropInitiation(peer); // an answer to it would only make another session
        HandshakeComplete(peer, now);
        peer.Current!.Confirm(now.Mono);
        SendStaged(peer, now);
    }

    /// <summary>An initiator that only receives renews its session before it ends (paper 6.2).</summary>
    private static bool IsDueWhenReceiving(Peer peer, MonoTime now) => !peer.SentLastMinuteHandshake
        && peer.Current is { IsInitiator: true } current && (current.Created + Limits.LastMinuteAge).Passed(now);

    private void InitiateAtLastMinute(Peer peer, in Now now)
    {
        peer.SentLastMinuteHandshake = true;
        Initiate(peer, now);
    }
}
