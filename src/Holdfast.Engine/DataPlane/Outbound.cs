using Holdfast.Engine.Transports;
using Holdfast.Linux;
using Holdfast.Linux.Tun;
using Holdfast.Protocol;
using Holdfast.Protocol.Segments;

namespace Holdfast.Engine.DataPlane;

/// <summary>The way out: packets from the device, cut where the host left that to us, sealed into the transport's batch.</summary>
internal sealed class Outbound(TunDevice device, Tunnel tunnel)
{
    private const int PacketBytes = 65536;

    // Larger than any packet, so that padding fits behind it.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(
        VirtioHeader.Bytes + PacketBytes + SegmentSplitter.Room, pinned: true);

    private readonly byte[] _headers = new byte[SegmentSplitter.MaximumHeaders];

    /// <summary>Packets that the device gave, after cutting.</summary>
    internal long Read { get; private set; }

    /// <summary>
    /// Handles what the device has, up to a turn's share, until a socket takes no more. 1 when there may be more, 0 when not; the
    /// device's error as a negative number when it is gone.
    /// </summary>
    internal int Run(UdpTransport transport, in Now now)
    {
        var share = EngineLimits.OutboundShare;
        var wasBlocked = transport.IsBlocked;
        while (share > 0)
        {
            transport.MakeRoom(tunnel);
            if (transport.IsBlocked && !wasBlocked) break;
            var length = device.Read(_buffer.AsSpan(0, VirtioHeader.Bytes + PacketBytes));
            if (length == -Errno.EAGAIN) return 0;
            if (length is -Errno.EBADFD or -Errno.EBADF or -Errno.EIO) return length;
            // Another error is about one packet, whose form the device can't tell us; it is gone.
            share -= length < 0 ? Refused() : Handle(length - VirtioHeader.Bytes, now);
        }
        return 1;
    }

    private int Refused()
    {
        Read++;
        tunnel.Drops.Count(Drop.NotIp);
        return 1;
    }

    /// <summary>Returns how many packets it was.</summary>
    private int Handle(int length, in Now now)
    {
        var header = VirtioHeader.Read(_buffer);
        var packet = _buffer.AsSpan(VirtioHeader.Bytes);
        if (header.Kind == SegmentKind.Single)
        {
            Read++;
            if (length > 0 && header.TryCompleteChecksum(packet[..length])) tunnel.HandlePacket(packet, length, now);
            else tunnel.Drops.Count(Drop.NotIp);
            return 1;
        }
        if (!SegmentSplitter.TryBegin(packet, length, header, _headers, out var splitter)) return Refused();
        Read += splitter.Count;
        while (splitter.TryNext(out var piece, out var pieceLength)) tunnel.HandlePacket(piece, pieceLength, now);
        return splitter.Count;
    }
}
