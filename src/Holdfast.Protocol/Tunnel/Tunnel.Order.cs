using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol;

// Packets that came by several paths at once, put in order before they are delivered.
public sealed partial class Tunnel
{
    private readonly HeldPackets _held = new();

    /// <summary>The other end uses several paths at once from here on, or does not any more.</summary>
    private void PutInOrder(Peer peer, PathTable paths, bool spreads, Keypair keypair, MonoTime now)
    {
        if (spreads == paths.Order is not null) return;
        if (paths.Order is { } order)
        {
            LetGo(peer, order, now);
            paths.Order = null;
            return;
        }
        paths.Order = new PacketOrder(_held);
        keypair.Window.TryLatest(out var latest);
        paths.Order.Begin(keypair, latest + 1);
    }

    private Drop DeliverInOrder(
        Peer peer, PacketOrder order, Keypair keypair, ulong counter, int by, Span<byte> plain, Ecn ecn, bool ecnIsShared, MonoTime now)
    {
        FollowSession(peer, order, keypair, now);
        if (order.Follows(keypair)) order.Came(by, counter, now);
        if (!order.Follows(keypair) || counter < order.Next)
        {
            if (order.Follows(keypair)) order.CameLate(now);
            return Deliver(peer, plain, ecn, ecnIsShared);
        }
        if (counter == order.Next)
        {
            var drop = Deliver(peer, plain, ecn, ecnIsShared);
            order.Pass(now);
            DeliverHeld(peer, order, now);
            return drop;
        }
        if (Check(peer, plain, ecn, ecnIsShared, out var length) is var refused and not Drop.None) return refused; // it has come all the same
        if (!order.TryHold(counter, plain[..length], now))
        {
            _packets.Commit(length, peer); // too far ahead, or too long: better out of order than not at all
            return Drop.None;
        }
        DeliverHeld(peer, order, now);
        return Drop.None;
    }

    /// <summary>A message that is no packet came: what waited for its counter waits no more.</summary>
    private void GoOnBehind(Peer peer, Keypair keypair, ulong counter, MonoTime now)
    {
        if (peer.PathTable?.Order is not { } order || !order.Follows(keypair) || counter != order.Next) return;
        order.Pass(now);
        DeliverHeld(peer, order, now);
    }

    private Drop HandleSkip(Peer peer, Keypair keypair, Skip skip, MonoTime now)
    {
        if (peer.PathTable?.Order is not { } order || !order.Follows(keypair)) return Drop.None;
        order.Skip(skip.Counter);
        DeliverHeld(peer, order, now);
        return Drop.None;
    }

    private void GiveUpMissing(Peer peer, PacketOrder order, MonoTime now)
    {
        while (order.Due.Passed(now))
        {
            order.GiveUp();
            DeliverHeld(peer, order, now);
        }
    }

    /// <summary>The packets of the last session come before those of a new one.</summary>
    private void FollowSession(Peer peer, PacketOrder order, Keypair keypair, MonoTime now)
    {
        if (order.Follows(keypair) || keypair != peer.Current) return;
        LetGo(peer, order, now);
        order.Begin(keypair, 0);
    }

    private void LetGo(Peer peer, PacketOrder order, MonoTime now)
    {
        while (order.Count > 0)
        {
            order.GiveUp();
            DeliverHeld(peer, order, now);
        }
    }

    /// <summary>Delivers what is in order now, and sees to it that the rest does not wait for ever.</summary>
    private void DeliverHeld(Peer peer, PacketOrder order, MonoTime now)
    {
        while (order.TryTake(out var slot))
        {
            var packet = _held[slot];
            packet.CopyTo(_packets.Reserve(packet.Length));
            _packets.Commit(packet.Length, peer);
            _held.Free(slot);
        }
        if (order.Count == 0) return;
        if (peer.PathTable?.Active is { } active) order.FindLost((active.Rtt.Smoothed * 1.25) + PathLimits.AcknowledgementDelay, now);
        ArmPaths(peer, order.Due);
    }
}
