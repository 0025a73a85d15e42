using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol;

// Packets that came by several paths at once, put in order before they are delivered.
public sealed partial class Tunnel
{
    private readonly HeldPackets _held = new();
    private byte[] _aside = []; // a packet, while what is held goes before it

    /// <summary>The other end uses several paths at once from here on, or does not any more.</summary>
    private void PutInOrder(Peer peer, PathTable paths, bool spreads, Keypair keypair, MonoTime now)
    {
        if (spreads == paths.Order is not null) return;
        if (paths.Order is { } order)
        {
            LetGo(peer, order, now);
            (paths.Order, paths.IdleOrder) = (null, order);
            return;
        }
        paths.Order = paths.IdleOrder ?? new PacketOrder(_held);
        keypair.Window.TryLatest(out var latest);
        paths.Order.Begin(keypair, latest + 1);
    }

    private Drop DeliverInOrder(
        Peer peer, PacketOrder order, Keypair keypair, ulong counter, int by, Span<byte> plain, Ecn ecn, bool ecnIsShared, MonoTime now)
    {
        if (!order.Follows(keypair) && keypair == peer.Current)
        {
            // The packets of the last session come before those of a new one.
            plain = Aside(peer, order, plain, now);
            order.Begin(keypair, counter < PathLimits.HeldCounters ? 0 : counter);
        }
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
        if (order.IsFarAhead(counter))
        {
            plain = Aside(peer, order, plain, now);
            order.Begin(keypair, counter + 1);
            return Deliver(peer, plain, ecn, ecnIsShared);
        }
        if (Check(peer, plain, ecn, ecnIsShared, out var length) is var refused and not Drop.None) return refused; // it has come all the same
        if (!order.TryHold(counter, plain[..length], now))
        {
            _packets.Commit(length, peer); // no room, or it is too long: better out of order than not at all
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

    /// <summary>Delivers all that is held before a packet that stands in the sink's room already.</summary>
    private Span<byte> Aside(Peer peer, PacketOrder order, Span<byte> plain, MonoTime now)
    {
        if (order.Count == 0) return plain;
        if (_aside.Length < plain.Length) _aside = new byte[Limits.PacketBytes + Limits.PaddingMultiple];
        var aside = _aside.AsSpan(0, plain.Length);
        plain.CopyTo(aside);
        LetGo(peer, order, now);
        plain = _packets.Reserve(aside.Length)[..aside.Length];
        aside.CopyTo(plain);
        return plain;
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
            _held.Release(slot);
        }
        if (order.Count == 0) return;
        if (peer.PathTable?.Active is { } active) order.FindLost((active.Rtt.Smoothed * 1.25) + PathLimits.AcknowledgementDelay, now);
        ArmPaths(peer, order.Due);
    }
}
