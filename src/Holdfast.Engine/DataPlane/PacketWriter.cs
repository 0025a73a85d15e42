using Holdfast.Linux.Tun;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine.DataPlane;

/// <summary>Delivers decrypted packets to the host through the TUN device.</summary>
internal sealed class PacketWriter(TunDevice device) : IPacketSink
{
    private readonly byte[] _packet = GC.AllocateUninitializedArray<byte>(65536, pinned: true);

    /// <summary>Packets given to the host.</summary>
    internal long Written { get; private set; }

    /// <summary>Packets that the device did not take: it is down, or deleted.</summary>
    internal long Failed { get; private set; }

    Span<byte> IPacketSink.Reserve(int size) => _packet.AsSpan(0, size);

    void IPacketSink.Commit(int length, Peer? from)
    {
        if (device.Write(_packet.AsSpan(0, length)) < 0) Failed++;
        else Written++;
    }
}
