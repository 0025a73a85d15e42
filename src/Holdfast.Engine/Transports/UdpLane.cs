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
    private readonly bool[] _hasSource = new bool[EngineLimits.DatagramsAtOnce];
    private readonly SendBatch _again = new(EngineLimits.DatagramsAgain, EngineLimits.DatagramsAgain * 2048);
    private bool _wasUsed;

    internal UdpSocket Socket { get; } = socket;

    /// <summary>Whether the socket's buffer was full at the last flush, and datagrams wait for it.</summary>
    internal bool IsBlocked { get; private set; }

    /// <summary>Whether the engine waits for room in the socket.</summary>
    internal bool RoomIsWatched { get; private set; }

    /// <summary>How long the device is left alone for this lane's sake; in the past while the socket has room.</summary>
    internal MonoTime HoldsDeviceUntil { get; private set; } = MonoTime.LongAgo;

    /// <summary>Until when this lane counts as in use, after what it last sent.</summary>
    internal MonoTime InUseUntil { get; private set; } = MonoTime.LongAgo;

    /// <summary>Room in the batch; empty when it is full and the socket takes no more.</summary>
    internal Span<byte> Reserve(int size, Tunnel tunnel)
    {
        var room = _batch.Reserve(size);
        if (!room.IsEmpty || IsBlocked) return room; // blocked is tried again once a turn, not for each datagram
        Flush(tunnel);
        return _batch.Reserve(size);
    }

    internal void Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner)
    {
        _wasUsed = true;
        var source = from.ToSource(to.Family);
        _owners[_batch.Count] = owner;
        _hasSource[_batch.Count] = !source.IsNone;
        _batch.Commit(length, to.ToSocket(), source);
    }

    internal void Flush(Tunnel tunnel)
    {
        if (_batch.Count == 0) return;
        IsBlocked = Socket.Send(_batch).Blocked;
        if (IsBlocked) return;
        foreach (var failure in _batch.Failures) Failed(failure, tunnel);
        _batch.Clear();
    }

    /// <summary>Takes the time at the end of a turn. True when room in the socket has to be waited for, or no more.</summary>
    internal bool EndTurn(MonoTime now)
    {
        if (_wasUsed) InUseUntil = now + EngineLimits.LanePatience;
        _wasUsed = false;
        if (IsBlocked == RoomIsWatched) return false;
        RoomIsWatched = IsBlocked;
        HoldsDeviceUntil = IsBlocked ? now + EngineLimits.LanePatience : MonoTime.LongAgo;
        return true;
    }

    /// <summary>Sends what there is room for; the rest is lost by name.</summary>
    internal void Drain(Tunnel tunnel)
    {
        Flush(tunnel);
        foreach (var failure in _batch.Failures) Failed(failure, tunnel);
        for (var i = _batch.Done; i < _batch.Count; i++)
            tunnel.SendFailed(_owners[i], Drop.SendBufferFull, _batch.Datagram(i).Length);
        _batch.Clear();
    }

    /// <summary>
    /// A datagram that left from an address that is gone is sent once more from the kernel's choice; the peer forgets the
    /// address. Anything else is lost by name.
    /// </summary>
    private void Failed(in SendFailure failure, Tunnel tunnel)
    {
        var owner = _owners[failure.Index];
        if (_hasSource[failure.Index] && SendAgain(failure.Index))
        {
            owner?.ForgetSource();
            return;
        }
        var reason = failure.Errno == Errno.ENOBUFS ? Drop.SendBufferFull : Drop.SendFailed;
        tunnel.SendFailed(owner, reason, _batch.Datagram(failure.Index).Length);
    }

    private bool SendAgain(int index)
    {
        var datagram = _batch.Datagram(index);
        _again.Clear();
        var room = _again.Reserve(datagram.Length);
        if (room.IsEmpty) return false;
        datagram.CopyTo(room);
        _again.Commit(datagram.Length, _batch.Remote(index));
        return Socket.Send(_again).Sent == 1;
    }

    public void Dispose() => Socket.Dispose();
}
