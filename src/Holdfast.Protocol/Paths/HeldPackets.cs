namespace Holdfast.Protocol.Paths;

/// <summary>Packets of a tunnel that wait for earlier ones, each in a slot of one size. Its memory comes as it is needed.</summary>
internal sealed class HeldPackets
{
    /// <summary>No slot.</summary>
    internal const short None = -1;

    /// <summary>No slot, and no packet to wait for.</summary>
    internal const short Skipped = -2;

    private const int SlotsAtOnce = 64;

    private readonly List<byte[]> _memory = [];
    private readonly Stack<short> _free = new();
    private readonly Slot[] _slots = new Slot[PathLimits.HeldPackets];

    /// <summary>Packets that can be held besides.</summary>
    internal int Free => PathLimits.HeldPackets - (_memory.Count * SlotsAtOnce) + _free.Count;

    /// <summary>Holds a copy; <see cref="None"/> if there is no room, or it is too long.</summary>
    internal short Hold(ReadOnlySpan<byte> packet, MonoTime now)
    {
        if (packet.Length > PathLimits.HeldBytes || (_free.Count == 0 && !Grow())) return None;
        var slot = _free.Pop();
        packet.CopyTo(BytesOf(slot));
        _slots[slot] = new Slot { Length = (ushort)packet.Length, At = now, Older = None, Newer = None };
        return slot;
    }

    /// <summary>The packet in a slot.</summary>
    internal ReadOnlySpan<byte> this[short slot] => BytesOf(slot)[.._slots[slot].Length];

    /// <summary>When it came.</summary>
    internal MonoTime ArrivalOf(short slot) => _slots[slot].At;

    /// <summary>A packet comes behind another in the order in which a peer's packets came.</summary>
    internal void Link(short older, short newer)
    {
        if (older != None) _slots[older].Newer = newer;
        if (newer != None) _slots[newer].Older = older;
    }

    /// <summary>The packets that came before and after it.</summary>
    internal (short Older, short Newer) LinksOf(short slot) => (_slots[slot].Older, _slots[slot].Newer);

    /// <summary>Its slot may be used again.</summary>
    internal void Release(short slot) => _free.Push(slot);

    private Span<byte> BytesOf(short slot) =>
        _memory[slot / SlotsAtOnce].AsSpan(slot % SlotsAtOnce * PathLimits.HeldBytes, PathLimits.HeldBytes);

    private struct Slot
    {
        internal MonoTime At;
        internal ushort Length;
        internal short Older;
        internal short Newer;
    }

    private bool Grow()
    {
        var first = _memory.Count * SlotsAtOnce;
        if (first == PathLimits.HeldPackets) return false;
        _memory.Add(new byte[SlotsAtOnce * PathLimits.HeldBytes]);
        for (var i = SlotsAtOnce - 1; i >= 0; i--) _free.Push((short)(first + i));
        return true;
    }
}
