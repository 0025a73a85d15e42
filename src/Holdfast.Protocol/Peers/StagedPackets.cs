using System.Buffers;

namespace Holdfast.Protocol.Peers;

/// <summary>
/// Packets of one peer that wait for a session, oldest first. Their memory is borrowed from a shared pool only while they
/// wait; what all peers of a tunnel hold is bounded by a <see cref="Budget"/>.
/// </summary>
internal sealed class StagedPackets(StagedPackets.Budget budget)
{
    private (byte[] Buffer, int Length)[] _ring = [];
    private int _head;
    private int _count;

    internal int Count => _count;

    /// <summary>
    /// Keeps a copy, and returns how many packets were dropped: the oldest when there are too many, this one when the tunnel's
    /// budget is used up.
    /// </summary>
    internal int Add(ReadOnlySpan<byte> packet)
    {
        var dropped = 0;
        if (_count == Limits.StagedPackets)
        {
            DropOldest();
            dropped++;
        }
        if (!budget.TryTake(packet.Length)) return dropped + 1;

        if (_count == _ring.Length) Grow();
        var buffer = ArrayPool<byte>.Shared.Rent(packet.Length + Limits.PaddingMultiple);
        packet.CopyTo(buffer);
        _ring[(_head + _count++) % _ring.Length] = (buffer, packet.Length);
        return dropped;
    }

    /// <summary>The oldest packet, with room behind it for padding. There must be one.</summary>
    internal Span<byte> Peek(out int length)
    {
        (var buffer, length) = _ring[_head];
        return buffer;
    }

    /// <summary>Lets the oldest packet go.</summary>
    internal void DropOldest()
    {
        var (buffer, length) = _ring[_head];
        _ring[_head] = default;
        _head = (_head + 1) % _ring.Length;
        _count--;
        budget.Return(length);
        ArrayPool<byte>.Shared.Return(buffer);
        if (_count == 0) (_ring, _head) = ([], 0); // an idle peer holds nothing
    }

    private void Grow()
    {
        var ring = new (byte[], int)[Math.Max(4, _ring.Length * 2)];
        for (var i = 0; i < _count; i++) ring[i] = _ring[(_head + i) % _ring.Length];
        (_ring, _head) = (ring, 0);
    }

    /// <summary>Bytes that all staged packets of a tunnel may hold.</summary>
    internal sealed class Budget(int bytes)
    {
        private int _free = bytes;

        internal bool TryTake(int length)
        {
            if (_free < length) return false;
            _free -= length;
            return true;
        }

        internal void Return(int length) => _free += length;
    }
}
