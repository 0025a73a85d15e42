using Holdfast.Linux.Tun;
using Holdfast.Protocol.Segments;

namespace Holdfast.Engine.DataPlane;

/// <summary>Delivers decrypted packets to the host through the TUN device.</summary>
internal sealed class PacketWriter(TunDevice device) : ISegmentWriter
{
    /// <summary>Packets given to the host.</summary>
    internal long Written { get; private set; }

    /// <summary>Packets that the device did not take: it is down, or deleted.</summary>
    internal long Failed { get; private set; }

    void ISegmentWriter.Write(ReadOnlySpan<byte> headed, int packets)
    {
        if (device.Write(headed) < 0) Failed += packets;
        else Written += packets;
    }
}
