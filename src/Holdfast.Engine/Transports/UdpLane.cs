using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine.Transports;

/// <summary>One socket with its batch of datagrams to send, and whose they are.</summary>
/// <param name="socket">The socket, taken over.</param>
/// <param name="sendsRuns">Whether the kernel may cut datagrams out of longer messages.</param>
/// <param name="interfaceIndex">The uplink whose own this socket is; 0 for the one of all others.</param>
internal sealed class UdpLane(UdpSocket socket, bool sendsRuns = true, int interfaceIndex = 0) : IDisposable
{
    private readonly SendBatch _batch = new(EngineLimits.MessagesInSendBatch, EngineLimits.SendBatchBytes);
    private readonly Peer?[] _owners = new Peer?[EngineLimits.MessagesInSendBatch];
    private readonly RunRefusals _refusals = new();
    private Endpoint _to; // where the last message goes, and whose it is
    private LocalAddress _from;
    private Ecn _ecn;
    private Peer? _owner;
    private bool _mayJoin;
    private bool _wasUsed;
    private SendFailure? _refusal;
    private DatagramAddress _refusedBy;

    internal UdpSocket Socket { get; } = socket;

    /// <summary>4 or 6.</summary>
    internal byte Family { get; } = socket.Family == AddressFamily.InterNetwork ? (byte)4 : (byte)6;

    /// <summary>The uplink whose own this lane is; 0 for the one of all others.</summary>
    internal int InterfaceIndex { get; } = interfaceIndex;

    /// <summary>By what its socket's events are known; the engine's loop gives it.</summary>
    internal ulong Token { get; set; }

    /// <summary>The first run that the kernel did not cut, since somebody last asked.</summary>
    internal SendFailure? TakeRefusal(out DatagramAddress to)
    {
        (var refusal, to, _refusal) = (_refusal, _refusedBy, null);
        return refusal;
    }

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

    internal void Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn)
    {
        _wasUsed = true;
        if (_mayJoin && ReferenceEquals(owner, _owner) && ecn == _ecn && to == _to && from == _from && _batch.TryJoin(length))
            return;
        var remote = to.ToSocket();
        (_to, _from, _owner, _ecn) = (to, from, owner, ecn);
        _mayJoin = sendsRuns && !_refusals.Covers(remote);
        _owners[_batch.Commit(length, remote, from.ToSource(to.Family), (byte)ecn)] = owner;
    }

    /// <summary>Sends, unless there is room for what one super-packet of the host becomes.</summary>
    internal void MakeRoom(Tunnel tunnel)
    {
        if (IsBlocked) return;
        if (_batch.Free < EngineLimits.SuperPacketRoom || _batch.Capacity - _batch.Count < EngineLimits.SuperPacketDatagrams)
            Flush(tunnel);
    }

    internal void Flush(Tunnel tunnel)
    {
        if (_batch.Count == 0) return;
        var result = Socket.Send(_batch);
        while (result.Refused is { } refused && Handle(refused, tunnel)) result = Socket.Send(_batch);
        IsBlocked = result.Blocked || result.Refused is not null;
        if (!IsBlocked) _batch.Clear();
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
        Lose(tunnel, Drop.SendBufferFull);
    }

    /// <summary>Loses what waits, by name: there is no way out any more.</summary>
    internal void Abandon(Tunnel tunnel) => Lose(tunnel, Drop.SendFailed);

    private void Lose(Tunnel tunnel, Drop reason)
    {
        for (var i = _batch.Done; i < _batch.Count; i++)
            tunnel.SendFailed(_owners[i], reason, _batch.Datagram(i).Length, _batch.Datagrams(i));
        _batch.Clear();
    }

    /// <summary>
    /// A run that the kernel does not cut goes one by one; what left from an address that is gone goes once more from the
    /// kernel's choice, and the peer forgets the address. Anything else is lost by name. False when the socket took no more on
    /// the way.
    /// </summary>
    private bool Handle(in SendFailure failure, Tunnel tunnel)
    {
        var (index, owner) = (failure.Index, _owners[failure.Index]);
        var (datagrams, bytes) = (_batch.Datagrams(index), _batch.Datagram(index).Length);
        var again = default(SentAgain);
        if (datagrams > 1 && IsAboutRuns(failure.Errno))
        {
            again = Socket.SendAgain(_batch, index, SendForm.OneByOne);
            if (again.Datagrams > 0) Remember(_batch.Remote(index), failure);
        }
        // The uplink's own queue dropped it.
        if (failure.Errno == Errno.ENOBUFS) again = new SentAgain { Crowded = datagrams, CrowdedBytes = bytes };
        if (again is { Datagrams: 0, Waiting: 0, Crowded: 0 } && _batch.HasSource(index))
        {
            again = Socket.SendAgain(_batch, index, SendForm.OneByOne | SendForm.AnySource);
            if (again.Datagrams > 0) owner?.ForgetSource();
        }
        if (again.Crowded > 0) tunnel.SendFailed(owner, Drop.SendBufferFull, again.CrowdedBytes, again.Crowded);
        var lost = datagrams - again.Datagrams - again.Waiting - again.Crowded;
        if (lost > 0) tunnel.SendFailed(owner, Drop.SendFailed, bytes - again.Bytes - again.WaitingBytes - again.CrowdedBytes, lost);
        if (lost > 0 && owner is not null) tunnel.HandleRefused(owner, _batch.Remote(index).ToEndpoint(), InterfaceIndex);
        return again.Waiting == 0;
    }

    private void Remember(in DatagramAddress remote, in SendFailure failure)
    {
        _refusals.Add(remote);
        (_refusal, _refusedBy) = (_refusal ?? failure, _refusal is null ? remote : _refusedBy);
    }

    /// <summary>EIO: the device computes no checksums (before Linux 6.11); the others: a datagram is larger than the way
    /// carries, and runs are never fragmented.</summary>
    private static bool IsAboutRuns(int errno) =>
        errno is Errno.EIO or Errno.EINVAL or Errno.EMSGSIZE or Errno.EOPNOTSUPP;

    public void Dispose() => Socket.Dispose();
}
