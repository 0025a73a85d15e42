using Holdfast.Linux.Sockets;

namespace Holdfast.Engine.Transports;

/// <summary>
/// Places to which the kernel did not cut runs of datagrams: they get them one by one. After some thousand datagrams it is asked
/// again, because routes and devices change.
/// </summary>
internal sealed class RunRefusals
{
    private const int Places = 8;
    private const int DatagramsUntilRetry = 4096;

    private readonly Place[] _places = new Place[Places];
    private int _used;
    private int _oldest;

    /// <summary>Remembers a place, for the oldest one's room if need be.</summary>
    internal void Add(in DatagramAddress remote)
    {
        for (var i = 0; i < _used; i++)
        {
            if (_places[i].Remote != remote) continue;
            _places[i].Left = DatagramsUntilRetry;
            return;
        }
        _places[_oldest] = new Place { Remote = remote, Left = DatagramsUntilRetry };
        _oldest = (_oldest + 1) % Places;
        _used = Math.Min(_used + 1, Places);
    }

    /// <summary>Whether a datagram to this place goes alone; counts it.</summary>
    internal bool Covers(in DatagramAddress remote)
    {
        for (var i = 0; i < _used; i++)
        {
            ref var place = ref _places[i];
            if (place.Left > 0 && place.Remote == remote) return place.Left-- > 0;
        }
        return false;
    }

    private struct Place
    {
        internal DatagramAddress Remote;
        internal int Left;
    }
}
