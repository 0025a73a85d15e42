namespace Holdfast.Protocol.Paths;

/// <summary>
/// Sealed datagrams of a tunnel, the last of them, so that those which a failed path lost can be sent by another. The
/// oldest make room. Its memory comes with the first datagram.
/// </summary>
/// <param name="capacity">In bytes.</param>
internal sealed class SendRing(int capacity)
{
    private byte[] _bytes = [];
    private ulong _end; // of all that was ever appended

    /// <summary>Room for one, and where it is.</summary>
    internal Span<byte> Add(int length, out ulong position)
    {
        if (_bytes.Length == 0) _bytes = GC.AllocateUninitializedArray<byte>(capacity);
        var at = (int)(_end % (ulong)capacity);
        if (at + length > capacity)
        {
            _end += (ulong)(capacity - at); // none of them wraps
            at = 0;
        }
        position = _end;
        _end += (ulong)length;
        return _bytes.AsSpan(at, length);
    }

    /// <summary>The datagram at a place, unless later ones took its room.</summary>
    internal bool TryRead(ulong position, int length, out ReadOnlySpan<byte> datagram)
    {
        datagram = default;
        if (_end - position > (ulong)capacity) return false;
        datagram = _bytes.AsSpan((int)(position % (ulong)capacity), length);
        return true;
    }
}
