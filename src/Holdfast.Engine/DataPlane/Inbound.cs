using Holdfast.Engine.Transports;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;

namespace Holdfast.Engine.DataPlane;

/// <summary>The way in: datagrams in batches from a socket, opened into the device's write buffer.</summary>
internal sealed class Inbound(Tunnel tunnel)
{
    // Exactly the largest datagram: buffers a power of two apart would share their cache sets.
    private readonly ReceiveBatch _batch = new(EngineLimits.DatagramsAtOnce, Limits.DatagramBytes);

    /// <summary>Handles what a socket has, up to a turn's share. True when there is more.</summary>
    internal bool Run(UdpLane lane, in Now now)
    {
        for (var turn = 0; turn < EngineLimits.BatchesPerTurn; turn++)
        {
            var count = lane.Socket.Receive(_batch);
            if (count <= 0) return false;
            for (var i = 0; i < count; i++)
            {
                var local = _batch.Local(i);
                var remote = _batch.Remote(i);
                tunnel.HandleDatagram(_batch.Datagram(i), remote.ToEndpoint(), local.ToLocal(), now);
            }
            if (count < EngineLimits.DatagramsAtOnce) return false;
        }
        return true;
    }
}
