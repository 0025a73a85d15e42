using Holdfast.Engine.Transports;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.Segments;

namespace Holdfast.Engine.DataPlane;

/// <summary>The way in: datagrams in batches from a socket, opened into the device's write buffer.</summary>
internal sealed class Inbound(Tunnel tunnel, SegmentJoiner joiner)
{
    // The largest message over IPv6, which a run may be.
    private readonly ReceiveBatch _batch = new(EngineLimits.DatagramsAtOnce, 65527);

    /// <summary>Handles what a socket has, up to a turn's share. True when there is more.</summary>
    internal bool Run(UdpLane lane, in Now now)
    {
        var share = EngineLimits.InboundShare;
        while (share > 0)
        {
            var count = lane.Socket.Receive(_batch);
            for (var i = 0; i < count; i++) share -= Handle(i, now);
            joiner.Flush();
            if (count < EngineLimits.DatagramsAtOnce) return false;
        }
        return true;
    }

    /// <summary>Returns how many datagrams it was.</summary>
    private int Handle(int index, in Now now)
    {
        var message = _batch.Datagram(index);
        var remote = _batch.Remote(index).ToEndpoint();
        var told = _batch.Accompanying(index);
        var (local, ecn) = (told.Local.ToLocal(), (Ecn)(told.TrafficClass & 3));
        var isRun = told.SegmentBytes > 0 && told.SegmentBytes < message.Length;
        var size = told.SegmentBytes == 0 ? Math.Max(1, message.Length) : told.SegmentBytes;
        var count = 0;
        do
        {
            var datagram = message[..Math.Min(size, message.Length)];
            tunnel.HandleDatagram(datagram, remote, local, now, ecn, ecnIsShared: isRun);
            message = message[datagram.Length..];
            count++;
        }
        while (message.Length > 0);
        return count;
    }
}
