using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Fuzz.Targets;

/// <summary>
/// What a peer seals: any plaintext in a valid message. Either it is dropped by name, or the packet in it is given to the host
/// whole, from a source that the peer may use.
/// </summary>
internal sealed class TransportTarget : Target
{
    private readonly byte[] _plain = new byte[Limits.PacketBytes];
    private readonly byte[] _datagram = new byte[Limits.DatagramBytes];
    private TunnelRoom _room = new();

    internal override string Name => "transport";

    internal override IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return [0];
            yield return [0, 0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 1, 0, 1, 10, 9, 0, 1];
            yield return [0, 0x60, 0, 0, 0, 0, 0, 59, 64, 0xfd, 1, .. new byte[14], 0xfd, 9, .. new byte[14]];
            yield return [3, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 2, 0, 1, 10, 9, 0, 1];
        }
    }

    internal override long MayAllocate(int length) => long.MaxValue;

    /// <summary>The first byte is how many times 256 zeros stand behind the rest.</summary>
    internal override void Read(ReadOnlySpan<byte> input)
    {
        if (input.Length < 1) return;
        var length = Math.Min(_plain.Length, input.Length - 1 + (input[0] * 256));
        input[1..].CopyTo(_plain);
        _plain.AsSpan(input.Length - 1, length - (input.Length - 1)).Clear();
        var plain = _plain.AsSpan(0, length);
        var victim = _room.Victim;
        var now = _room.Now;
        long allocated = 1;
        for (var run = 0; run < 5 && allocated > 0; run++)
        {
            var size = _room.ToVictim.Current!.Seal(plain, _datagram);
            var (packets, sent) = (victim.Packets, victim.SentBytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var drop = victim.Tunnel.HandleDatagram(_datagram.AsSpan(0, size), _room.Friend.Address, default, now);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Require(victim.SentBytes == sent, "data was answered at once");
            Check(plain, drop, victim.Packets - packets);
        }
        Require(allocated == 0, "data allocated");
    }

    internal override void Reset()
    {
        _room.Dispose();
        _room = new TunnelRoom();
    }

    protected override void Close() => _room.Dispose();

    private void Check(ReadOnlySpan<byte> plain, Drop drop, int delivered)
    {
        Require(drop is Drop.None or Drop.InnerNotIp or Drop.WrongSource, "dropped by another name");
        if (drop != Drop.None || plain.Length == 0)
        {
            Require(delivered == 0, "dropped and delivered");
            return;
        }
        var packet = _room.Victim.Packet;
        Require(delivered == 1 && _room.Victim.PacketFrom == _room.OfFriend, "delivered not once, or for another");
        Require(plain.StartsWith(packet) && IpHeader.LengthOf(plain) == packet.Length, "not delivered as it is");
        Require(packet[0] >> 4 == 4 ? packet[12] == 10 && packet[13] == 1 : packet[8] == 0xfd && packet[9] == 1 && packet[10] == 0
            && packet[11] == 0, "delivered from a source that the peer may not use");
    }
}
