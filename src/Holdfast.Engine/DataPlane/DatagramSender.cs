using Holdfast.Engine.Transports;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine.DataPlane;

/// <summary>
/// Hands a tunnel's datagrams to the transport. When there is no room left, or no socket of the address family, the datagram
/// is written to a scratch buffer and dropped by name.
/// </summary>
internal sealed class DatagramSender : IDatagramSink
{
    private readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(Limits.DatagramBytes, pinned: true);
    private bool _toScratch;

    /// <summary>The tunnel that hears of failures; set once both exist.</summary>
    internal Tunnel Tunnel { get; set; } = null!;

    /// <summary>Replaced when the port changes.</summary>
    internal UdpTransport Transport { get; set; } = null!;

    Span<byte> IDatagramSink.Reserve(in Endpoint to, in LocalAddress from, int size)
    {
        var room = LaneOf(to, from) is { } lane ? lane.Reserve(size, Tunnel) : default;
        _toScratch = room.IsEmpty;
        return _toScratch ? _scratch.AsSpan(0, size) : room;
    }

    void IDatagramSink.Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn)
    {
        var lane = LaneOf(to, from);
        if (!_toScratch) lane!.Commit(length, to, from, owner, ecn);
        else Tunnel.SendFailed(owner, lane is null ? Drop.SendFailed : Drop.SendBufferFull, length);
    }

    private UdpLane? LaneOf(in Endpoint to, in LocalAddress from) => Transport.LaneOf(to.Family, from.InterfaceIndex);
}
