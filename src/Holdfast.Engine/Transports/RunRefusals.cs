using Holdfast.Linux.Sockets;

namespace Holdfast.Engine.Transports;

/// <summary>
/// Places to which the kernel did not cut runs of datagrams: they get them one by one. After some thousand datagrams it is asked
/// again, because routes and devices change. Of two places with the same slot the later one is remembered.
/// </summary>
internal sealed class RunRefusals
{
    internal const int DatagramsUntilRetry = 4096;

    private const int Slots = 1024; // a power of two; 32 KiB, made when the first place refuses

    private Place[]? _places;

    /// <summary>Remembers a place.</summary>
    internal void Add(in DatagramAddress remote)
    {
        _places ??= new Place[Slots];
        _places[SlotOf(remote)] = new Place { Remote = remote, Left = DatagramsUntilRetry };
    }

    /// <summary>Whether a datagram to this place goes alone; counts it.</summary>
    internal bool Covers(in DatagramAddress remote)
    {
        if (_places is null) return false;
        ref var place = ref _places[SlotOf(remote)];
        return place.Left > 0 && place.Remote == remote && place.Left-- > 0;
    }

    private static int SlotOf(in DatagramAddress remote) => remote.GetHashCode() & (Slots - 1);

    private struct Place
    {
        internal DatagramAddress Remote;
        internal int Left;
    }
}
