using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Noise;

/// <summary>
/// The responses of the last seconds, by the first MAC of what they answer: a copy of an initiation that comes by another path is
/// answered with the same bytes. A few are kept, and each is given out a few times only.
/// </summary>
internal sealed class RecentResponses
{
    private Entry[] _entries = []; // allocated with the first
    private int _oldest;

    internal void Keep(ReadOnlySpan<byte> initiation, ReadOnlySpan<byte> response, MonoTime now)
    {
        if (_entries.Length == 0) _entries = new Entry[PathLimits.RecentResponses];
        ref var entry = ref _entries[_oldest];
        _oldest = (_oldest + 1) % _entries.Length;
        (entry.High, entry.Low) = Mac1Of(initiation);
        (entry.Until, entry.Left) = (now + PathLimits.ResponseAgain, PathLimits.ResponseCopies);
        response.CopyTo(entry.Response);
    }

    /// <summary>Fills the response to a copy; false if there is none.</summary>
    internal bool TryRepeat(ReadOnlySpan<byte> initiation, MonoTime now, Span<byte> fill)
    {
        var (high, low) = Mac1Of(initiation);
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.High != high || entry.Low != low || entry.Until.Passed(now) || entry.Left == 0) continue;
            entry.Left--;
            ((ReadOnlySpan<byte>)entry.Response).CopyTo(fill);
            return true;
        }
        return false;
    }

    private static (ulong High, ulong Low) Mac1Of(ReadOnlySpan<byte> initiation) => (
        BinaryPrimitives.ReadUInt64LittleEndian(initiation[Message.InitiationMac1..]),
        BinaryPrimitives.ReadUInt64LittleEndian(initiation[(Message.InitiationMac1 + sizeof(ulong))..]));

    private struct Entry
    {
        internal ulong High;
        internal ulong Low;
        internal MonoTime Until;
        internal int Left;
        internal Copy Response;
    }

    [InlineArray(Message.ResponseBytes)]
    private struct Copy
    {
        private byte _first;
    }
}
