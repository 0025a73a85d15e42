using Holdfast.Linux;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine.Transports;

/// <summary>One socket with its batch of datagrams to send, and whose they are.</summary>
internal sealed class UdpLane(UdpSocket socket) : IDisposable
{
    private readonly SendBatch _batch = new(EngineLimits.DatagramsAtOnce, EngineLimits.SendBatchBytes);
    private readonly Peer?[] _owners = new Peer?[EngineLimits.DatagramsAtOnce];

    private readonly bool _runs = DataPlane.Offload.FromEnvironment().SendsRuns;

    internal UdpSocket Socket { get; } = socket;

    /// <summary>Whether the socket's buffer was full at the last flush, and datagrams wait for it.</summary>
    internal bool IsBlocked { get; private set; }

    /// <summary>Whether the engine waits for room in the socket.</summary>
    internal bool RoomIsWatched { get; set; }

    /// <summary>Room in the batch; empty when it is full and the socket takes no more.</summary>
    internal Span<byte> Reserve(int size, Tunnel tunnel)
    {
        var room = _batch.Reserve(size);
        if (!room.IsEmpty) return room;
        Flush(tunnel);
        return _batch.Reserve(size);
    }

    internal void Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner)
    {
        var mayJoin = _batch.Remaining == 0 || ReferenceEquals(owner, _owners[_batch.Count - 1]);
        var index = _batch.Commit(length, to.ToSocket(), from.ToSource(to.Family), mayJoin: _runs && mayJoin);
        _owners[index] = owner;
    }

    internal void Flush(Tunnel tunnel)
    {
        if (_batch.Count == 0) return;
        IsBlocked = Socket.Send(_batch).Blocked;
        if (IsBlocked) return;
        foreach (var failure in _batch.Failures) Failed(failure, tunnel);
        _batch.Clear();
    }

    /// <summary>
    /// A datagram that left from an address that is gone is sent once more from the kernel's choice; the peer forgets the
    /// address. Anything else is lost by name.
    /// </summary>
    private void Failed(in SendFailure failure, Tunnel tunnel)
    {
        var owner = _owners[failure.Index];
        var sentAgain = _batch.HasSource(failure.Index) && SendAgain(failure.Index);
        if (owner is null) return;
        if (sentAgain) owner.ForgetSource();
        else tunnel.SendFailed(owner, failure.Errno == Errno.ENOBUFS ? Drop.SendBufferFull : Drop.SendFailed);
    }

    private bool SendAgain(int index) =>
        Socket.SendAgain(_batch, index, SendForm.AnySource) == _batch.Datagrams(index);

    public void Dispose() => Socket.Dispose();
}
