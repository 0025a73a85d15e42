using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol;

// Outbound flow: 1. whose packet is it (allowed IPs)  2. is there a session; if not it waits, and a handshake begins
// 3. seal it straight into the sink  4. timers.
public sealed partial class Tunnel
{
    /// <summary>
    /// Takes a packet from the device. <paramref name="buffer"/> is borrowed; the bytes behind <paramref name="length"/> in it
    /// may be overwritten with padding.
    /// </summary>
    public Drop HandlePacket(Span<byte> buffer, int length, in Now now)
    {
        var packet = buffer[..length];
        if (IpHeader.LengthOf(packet) == 0) return Drops.Count(Drop.NotIp);
        if (AllowedIps.FindByDestination(packet) is not { } peer) return Unroutable(packet, null, Drop.NoPeer, now);
        if (!peer.CurrentEndpoint.IsKnown) return Unroutable(packet, peer, Drop.NoEndpoint, now);
        if (IpHeader.IsOwnDatagram(packet, peer.CurrentEndpoint, ListenPort)) return Count(peer, Drop.RoutingLoop);
        if (length > Limits.PacketBytes) return Count(peer, Drop.TooBig);

        if (peer.Current is not { } keypair || !keypair.MaySeal(now.Mono)) return Stage(peer, packet, now);
        SendData(peer, keypair, buffer, length, now);
        return Drop.None;
    }

    /// <summary>The sender is told that there is no way, as the kernel's module does.</summary>
    private Drop Unroutable(ReadOnlySpan<byte> packet, Peer? peer, Drop reason, in Now now)
    {
        if (_icmpErrors.TryTake(now.Mono))
        {
            var room = _packets.Reserve(IcmpError.MaximumBytes);
            var length = IcmpError.Unreachable(packet, room);
            if (length > 0) _packets.Commit(length, null);
        }
        return Count(peer, reason);
    }

    private Drop Stage(Peer peer, ReadOnlySpan<byte> packet, in Now now)
    {
        for (var dropped = peer.Staged.Add(packet); dropped > 0; dropped--) Count(peer, Drop.StagedOverflow);
        if (peer.PathTable is { } paths) WakePaths(peer, paths, now.Mono);
        Initiate(peer, now);
        return Drop.None;
    }

    private void SendData(Peer peer, Keypair keypair, Span<byte> buffer, int length, in Now now)
    {
        SendSealed(peer, keypair, Pad(buffer, length), now, InnerEcn.Of(buffer), isData: true);
        DataSent(peer, now.Mono);
        if (peer.PathTable is { } paths) WakePaths(peer, paths, now.Mono);
        if (keypair.NextHello.Passed(now.Mono)) SayHello(peer, keypair, now);
    }

    /// <summary>What waited goes out in its order, as soon as there is a keypair.</summary>
    private void SendStaged(Peer peer, in Now now)
    {
        while (peer.Staged.Count > 0 && peer.Current is { } keypair && keypair.MaySeal(now.Mono))
        {
            var buffer = peer.Staged.Peek(out var length);
            SendData(peer, keypair, buffer, length, now);
            peer.Staged.DropOldest();
        }
    }

    /// <summary>An empty transport message: shows that we are here, and confirms a session.</summary>
    private void SendKeepalive(Peer peer, in Now now)
    {
        if (peer.Current is { } keypair && keypair.MaySeal(now.Mono) && peer.CurrentEndpoint.IsKnown)
            SendSealed(peer, keypair, [], now);
        else
            Initiate(peer, now);
    }

    private void SendSealed(
        Peer peer, Keypair keypair, ReadOnlySpan<byte> plain, in Now now, Ecn ecn = Ecn.NotCapable, bool isData = false)
    {
        if (peer.PathTable is { Active: { } path } paths && keypair.AgreesPaths)
        {
            if (isData) SendDataBy(peer, paths, path, keypair, plain, now.Mono, ecn);
            else SendFrameBy(peer, keypair, path, plain, now.Mono);
        }
        else
        {
            KeepToUplinks(peer);
            var room = _datagrams.Reserve(peer.CurrentEndpoint, peer.Source, Message.TransportMinimumBytes + plain.Length);
            Send(peer, keypair.Seal(plain, room), now.Mono, ecn);
        }
        if (keypair.IsDueWhenSending(now.Mono)) Initiate(peer, now);
    }

    /// <summary>Hands the reserved room over and does what every authenticated message that leaves calls for.</summary>
    private void Send(Peer peer, int length, MonoTime now, Ecn ecn = Ecn.NotCapable)
    {
        _datagrams.Commit(length, peer.CurrentEndpoint, peer.Source, peer, ecn);
        CountSent(peer, length, now);
    }

    private void CountSent(Peer peer, int length, MonoTime now)
    {
        peer.SentBytes += length;
        peer.SentPackets++;
        AnyAuthenticatedSent(peer, now);
    }

    /// <summary>
    /// The packet with zeros behind it up to a multiple of 16, but beyond neither the MTU (paper 5.4.6) nor a datagram.
    /// </summary>
    private Span<byte> Pad(Span<byte> buffer, int length)
    {
        var padded = (length + Limits.PaddingMultiple - 1) & ~(Limits.PaddingMultiple - 1);
        var room = Math.Min(Math.Min(Mtu, Limits.PacketBytes), buffer.Length);
        padded = Math.Max(length, Math.Min(padded, room));
        buffer[length..padded].Clear();
        return buffer[..padded];
    }
}
