using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Fuzz.Targets;

/// <summary>
/// A packet from the host's device, for a peer with a session, one without an endpoint, or one that is still asked. The second
/// byte's zeros behind it, and a device's MTU of any size.
/// </summary>
internal sealed class PacketTarget : Target
{
    private static readonly int[] Mtus = [68, 576, 1280, 1419, 1420, 9000, 65475, 65535];

    private readonly byte[] _buffer = new byte[65_536 + 16];
    private TunnelRoom _room = new();

    internal override string Name => "packet";

    internal override IEnumerable<byte[]> Seeds
    {
        get
        {
            foreach (byte to in new byte[] { 1, 2, 9 })
            {
                yield return [4, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 7, 0, 1, 10, to, 0, 1, .. new byte[8]];
                yield return [4, 0, 0x60, 0, 0, 0, 0, 8, 17, 64, 0xfd, 7, .. new byte[14], 0xfd, to, .. new byte[14], .. new byte[8]];
            }
        }
    }

    internal override long MayAllocate(int length) => long.MaxValue;

    internal override void Read(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2) return;
        if (_room.IsOld) Reset();
        _room.Mono += TimeSpan.FromMilliseconds(25); // enough for another ICMP error
        var tunnel = _room.Victim.Tunnel;
        tunnel.Mtu = Mtus[input[0] % Mtus.Length];
        var length = Math.Min(65_535, input.Length - 2 + (input[1] * 257));
        input[2..].CopyTo(_buffer);
        _buffer.AsSpan(input.Length - 2, length - (input.Length - 2)).Clear();
        // As the device gives it: its buffer has room for padding, but not always.
        var buffer = _buffer.AsSpan(0, length + ((input[0] >> 3) % 17));
        var victim = _room.Victim;
        var (sent, datagrams, packets, drops) = (victim.SentBytes, victim.Datagrams, victim.Packets, tunnel.Drops.Total);

        var drop = tunnel.HandlePacket(buffer, length, _room.Now);

        Require(drop == Drop.None || tunnel.Drops.Total > drops, "dropped and not counted");
        Require(buffer[..(input.Length - 2)].SequenceEqual(input[2..]), "the packet itself was changed");
        Require(victim.Datagrams - datagrams <= 2 && victim.SentBytes - sent <= length + 15 + 32 + Message.InitiationBytes,
            "more was sent than the packet with its padding");
        if (victim.Packets == packets) return;
        Require(drop is Drop.NoPeer or Drop.NoEndpoint && victim.PacketFrom is null, "an ICMP error for another reason");
        IcmpTarget.Check(victim.Packet, _buffer.AsSpan(0, length));
    }

    internal override void Reset()
    {
        _room.Dispose();
        _room = new TunnelRoom();
    }

    protected override void Close() => _room.Dispose();
}
