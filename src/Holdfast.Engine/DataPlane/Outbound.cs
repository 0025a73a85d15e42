using Holdfast.Engine.Transports;
using Holdfast.Linux;
using Holdfast.Linux.Tun;
using Holdfast.Protocol;

namespace Holdfast.Engine.DataPlane;

/// <summary>The way out: packets from the device, sealed into the transport's batch, sent in one call.</summary>
internal sealed class Outbound(TunDevice device, Tunnel tunnel)
{
    // Larger than any packet, so that padding fits behind it.
    private readonly byte[] _packet = GC.AllocateUninitializedArray<byte>(65536 + 64, pinned: true);

    /// <summary>Packets read from the device.</summary>
    internal long Read { get; private set; }

    /// <summary>
    /// Handles what the device has, up to a turn's share, while the sockets take it. True when there is more; the device's
    /// error as a negative number when it is gone.
    /// </summary>
    internal int Run(UdpTransport transport, in Now now)
    {
        for (var batch = 0; batch < EngineLimits.BatchesPerTurn; batch++)
        {
            for (var i = 0; i < EngineLimits.DatagramsAtOnce; i++)
            {
                var length = device.Read(_packet.AsSpan(0, 65536));
                if (length == -Errno.EAGAIN)
                {
                    transport.Flush(tunnel);
                    return 0;
                }
                if (length < 0) return length;
                Read++;
                tunnel.HandlePacket(_packet, length, now);
            }
            transport.Flush(tunnel);
            if (transport.IsBlocked) return 0;
        }
        return 1;
    }
}
