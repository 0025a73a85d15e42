using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>What comes out of a node's tunnel, and the checks of every datagram, packet and event.</summary>
internal sealed class SimSinks(SimNode node, SimWorld world) : IDatagramSink, IPacketSink, ITunnelEvents
{
    private readonly byte[] _datagram = new byte[2048];
    private readonly byte[] _packet = new byte[2048];
    private readonly Dictionary<Keypair, ulong> _counters = [];
    private readonly Dictionary<PublicKey, MonoTime> _lastInitiation = [];
    private readonly Dictionary<PublicKey, (long Second, int Count)> _chatter = [];
    private readonly HashSet<ulong> _accepted = [];

    /// <summary>Datagrams and bytes sent so far.</summary>
    public (long Datagrams, long Bytes) Sent { get; private set; }

    /// <summary>Packets that it delivered.</summary>
    public HashSet<long> Seen { get; } = [];

    /// <summary>The tunnel ends: what is checked between two messages of one run begins anew.</summary>
    public void Forget()
    {
        _counters.Clear();
        _accepted.Clear();
        _lastInitiation.Clear();
    }

    /// <summary>A peer goes.</summary>
    public void Forget(PublicKey peer)
    {
        _accepted.Clear();
        _lastInitiation.Remove(peer);
    }

    // --- IDatagramSink -----------------------------------------------------------------------------------------

    Span<byte> IDatagramSink.Reserve(in Endpoint to, in LocalAddress from, int size)
    {
        Check(to.IsKnown, "a datagram to nowhere");
        return _datagram.AsSpan(0, size);
    }

    void IDatagramSink.Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn)
    {
        var datagram = _datagram.AsSpan(0, length);
        Sent = (Sent.Datagrams + 1, Sent.Bytes + length);
        switch (Message.TypeOf(datagram))
        {
            case Message.Transport:
                CheckTransport(datagram, owner!);
                if (SimPacket.IsIn(datagram)) node.Account.DataSent++;
                else CheckChatter(owner!);
                break;
            case Message.Response:
                node.Account.Responses++; // one for each initiation, which a stranger may have held back
                break;
            case Message.Initiation:
                CheckInitiation(owner!);
                break;
            case Message.CookieReply:
                break;
            default:
                Check(false, "not a message of the protocol");
                break;
        }
        world.Transmit(node, to, datagram.ToArray());
    }

    private void CheckTransport(ReadOnlySpan<byte> datagram, Peer owner)
    {
        var receiver = BitConverter.ToUInt32(datagram[Message.TransportReceiver..]);
        var counter = BitConverter.ToUInt64(datagram[Message.TransportCounter..]);
        var keypair = owner.Current!;
        Check(!_counters.TryGetValue(keypair, out var last) || counter > last, "a nonce was used twice");
        _counters[keypair] = counter;
        var isAes = receiver == keypair.RemoteIndex + Message.Aes256GcmIndex;
        Check(keypair.RemoteIndex == receiver || isAes, "sealed under another keypair than the current");
        Check(!isAes || (keypair.Offers & Capabilities.Aes256Gcm) != 0, "a cipher that was not agreed");
        Check(!isAes || counter < Limits.Aes256GcmMessages, "AES seals past its message limit");
        Check(node.Now.Mono - keypair.Created < Limits.RejectAfterTime, "a keypair seals past its limit");
        Check(keypair.SendCounter <= Limits.RejectAfterMessages, "a keypair seals past its message limit");
    }

    /// <summary>What is neither data nor an answer is rare: initiations are 5 s apart, keepalives by their
    /// causes, and each session has a hello a second.</summary>
    private void CheckChatter(Peer owner)
    {
        var second = node.Now.Mono.Nanoseconds / 1_000_000_000;
        var (last, count) = _chatter.GetValueOrDefault(owner.PublicKey);
        count = last == second ? count + 1 : 1;
        _chatter[owner.PublicKey] = (second, count);
        if (count > 8) Check(false, $"{count} messages without data in a second");
    }

    private void CheckInitiation(Peer owner)
    {
        node.Account.Initiations++;
        CheckChatter(owner);
        var now = node.Now.Mono;
        Check(!_lastInitiation.TryGetValue(owner.PublicKey, out var last) || now - last >= Limits.RekeyTimeout,
            "two initiations to one peer within RekeyTimeout");
        _lastInitiation[owner.PublicKey] = now;
    }

    // --- what the tunnel took ----------------------------------------------------------------------------------

    /// <summary>Everything that the tunnel accepts is checked here. It comes from that node, or from a stranger.</summary>
    public void CheckAccepted(uint type, ReadOnlySpan<byte> datagram, SimNode? from)
    {
        if (type == Message.Transport) CheckOpened(datagram, from is null ? node.Tunnel.Peers : [node.Sees(from)]);
        if (type != Message.Initiation) return;
        node.Account.Accepted++;
        Check(_accepted.Add(BitConverter.ToUInt64(datagram[Message.InitiationEphemeral..])), "an initiation was replayed");
    }

    /// <summary>A message was opened: its keypair is one of its sender's and not beyond its limit.</summary>
    private void CheckOpened(ReadOnlySpan<byte> datagram, IReadOnlyCollection<Peer> peers)
    {
        var index = BitConverter.ToUInt32(datagram[Message.TransportReceiver..]) & ~(Limits.IndexBlock - 1);
        foreach (var peer in peers)
        {
            var keypair = peer.Current?.LocalIndex == index ? peer.Current
                : peer.Previous?.LocalIndex == index ? peer.Previous
                : peer.Next?.LocalIndex == index ? peer.Next : null;
            if (keypair is null) continue;
            Check(node.Now.Mono - keypair.Created < Limits.RejectAfterTime, "a keypair opens past its limit");
            return;
        }
        Check(false, "opened under a keypair that its sender does not have");
    }

    // --- IPacketSink -------------------------------------------------------------------------------------------

    Span<byte> IPacketSink.Reserve(int size) => _packet.AsSpan(0, size);

    void IPacketSink.Commit(int length, Peer? from)
    {
        if (from is null) return; // an ICMP error for our own packet
        var (source, destination, id) = SimPacket.Read(_packet.AsSpan(0, length));
        Check(world.Sizes.GetValueOrDefault(id) == length, "a packet changed its length");
        Check(destination == node.Number, "a packet for somebody else was delivered");
        Check(world.Nodes[source - 1].Key.Equals(from.PublicKey), "a packet came by another peer's session");
        Check(Seen.Add(id), "a packet was delivered twice");
        Check(world.Sizes.ContainsKey(id), "a packet that nobody sent");
        node.Account.Delivered++;
    }

    // --- ITunnelEvents -----------------------------------------------------------------------------------------

    void ITunnelEvents.SessionEstablished(Peer peer) => node.Account.Sessions++;

    void ITunnelEvents.EndpointChanged(Peer peer) => node.Remember(peer);

    void ITunnelEvents.HandshakeUnanswered(Peer peer)
    {
    }

    void ITunnelEvents.HandshakeGivenUp(Peer peer)
    {
    }

    private void Check(bool holds, string what)
    {
        if (!holds) world.Check(false, $"node {node.Number}: {what}");
    }
}
