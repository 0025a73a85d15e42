namespace Holdfast.Protocol.Peers;

/// <summary>
/// The peers that have a timer armed, in a binary heap by the moment at which they want to be looked at. A peer stands in it at
/// most once, and possibly too early: a timer that moved later is found out when its peer's turn comes, so that the
/// packet path only writes a field.
/// </summary>
internal sealed class TimerQueue
{
    private Peer[] _heap = new Peer[16];
    private int _count;

    /// <summary>When the first peer wants to be looked at.</summary>
    internal MonoTime Next => _count == 0 ? MonoTime.Never : _heap[0].QueuedFor;

    /// <summary>Makes sure that the peer is looked at no later than this.</summary>
    internal void Schedule(Peer peer, MonoTime time)
    {
        if (time >= peer.QueuedFor) return;
        peer.QueuedFor = time;
        if (peer.QueuePosition < 0)
        {
            if (_count == _heap.Length) Array.Resize(ref _heap, _count * 2);
            peer.QueuePosition = _count++;
        }
        SiftUp(peer);
    }

    /// <summary>Takes the first peer whose moment has come, or null.</summary>
    internal Peer? TakeDue(MonoTime now)
    {
        if (_count == 0 || !_heap[0].QueuedFor.Passed(now)) return null;
        var peer = _heap[0];
        Remove(peer);
        return peer;
    }

    internal void Remove(Peer peer)
    {
        if (peer.QueuePosition < 0) return;
        var last = _heap[--_count];
        _heap[_count] = null!;
        if (last != peer)
        {
            last.QueuePosition = peer.QueuePosition;
            SiftUp(last);
            SiftDown(last);
        }
        peer.QueuePosition = -1;
        peer.QueuedFor = MonoTime.Never;
    }

    private void SiftUp(Peer peer)
    {
        var position = peer.QueuePosition;
        while (position > 0 && peer.QueuedFor < _heap[(position - 1) / 2].QueuedFor)
        {
            Place(_heap[(position - 1) / 2], position);
            position = (position - 1) / 2;
        }
        Place(peer, position);
    }

    private void SiftDown(Peer peer)
    {
        var position = peer.QueuePosition;
        while (true)
        {
            var child = (2 * position) + 1;
            if (child >= _count) break;
            if (child + 1 < _count && _heap[child + 1].QueuedFor < _heap[child].QueuedFor) child++;
            if (_heap[child].QueuedFor >= peer.QueuedFor) break;
            Place(_heap[child], position);
            position = child;
        }
        Place(peer, position);
    }

    private void Place(Peer peer, int position)
    {
        _heap[position] = peer;
        peer.QueuePosition = position;
    }
}
