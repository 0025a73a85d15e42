using System.Buffers.Binary;

namespace Holdfast.Protocol.Frames;

/// <summary>
/// The frame that says which messages of a session arrived: from the latest one down, so many that did and so many that did not,
/// in turn. What lies below the last run is not said.
/// </summary>
internal readonly ref struct Acknowledgement
{
    internal const byte Type = 0x13;

    /// <summary>Runs of one frame; older ones are left away.</summary>
    internal const int Runs = 28;

    /// <summary>The longest frame: with its message 160 bytes.</summary>
    internal const int MaximumBytes = RunsAt + (Runs * RunBytes);

    private const int CountAt = 1;
    private const int DelayAt = 2;
    private const int SessionAt = 4;
    private const int LatestAt = 8;
    private const int RunsAt = 16;
    private const int RunBytes = 4;
    private const int DelayUnitMicroseconds = 16;

    private readonly ReadOnlySpan<byte> _runs;

    private Acknowledgement(uint session, ulong latest, TimeSpan delay, ReadOnlySpan<byte> runs)
    {
        (Session, Latest, Delay) = (session, latest, delay);
        _runs = runs;
    }

    /// <summary>The session: the first of the receiver indices by which its messages came.</summary>
    internal uint Session { get; }

    /// <summary>The highest counter that arrived.</summary>
    internal ulong Latest { get; }

    /// <summary>How long ago it did.</summary>
    internal TimeSpan Delay { get; }

    internal int Count => _runs.Length / RunBytes;

    /// <summary>A run: messages that arrived, then messages below them that did not.</summary>
    internal (int Arrived, int Missing) Run(int index) => (
        BinaryPrimitives.ReadUInt16LittleEndian(_runs[(index * RunBytes)..]),
        BinaryPrimitives.ReadUInt16LittleEndian(_runs[((index * RunBytes) + 2)..]));

    /// <summary>Reads one. False if it is another frame, or no good.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> borrowed, out Acknowledgement acknowledgement)
    {
        acknowledgement = default;
        if (borrowed.Length < RunsAt || borrowed[0] != Type) return false;
        var bytes = borrowed[CountAt] * RunBytes;
        if (borrowed[CountAt] is 0 or > Runs || borrowed.Length < RunsAt + bytes) return false;
        var delay = BinaryPrimitives.ReadUInt16LittleEndian(borrowed[DelayAt..]) * DelayUnitMicroseconds;
        acknowledgement = new Acknowledgement(
            BinaryPrimitives.ReadUInt32LittleEndian(borrowed[SessionAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(borrowed[LatestAt..]),
            TimeSpan.FromMicroseconds(delay), borrowed.Slice(RunsAt, bytes));
        return true;
    }

    /// <summary>Fills a frame, padded, with what a window has seen from its latest message down to <paramref name="lowest"/>, and
    /// returns its length; 0 if nothing arrived yet.</summary>
    internal static int Write(uint session, Peers.ReplayWindow window, ulong lowest, TimeSpan delay, Span<byte> fill)
    {
        fill[..MaximumBytes].Clear();
        if (!window.TryLatest(out var latest)) return 0;
        var count = 0;
        var at = latest;
        while (count < Runs)
        {
            var arrived = window.RunDown(at, isSeen: true, lowest);
            var missing = at - lowest + 1 > (ulong)arrived ? window.RunDown(at - (ulong)arrived, isSeen: false, lowest) : 0;
            var run = fill[(RunsAt + (count++ * RunBytes))..];
            BinaryPrimitives.WriteUInt16LittleEndian(run, (ushort)arrived);
            BinaryPrimitives.WriteUInt16LittleEndian(run[2..], (ushort)missing);
            if (at - lowest + 1 <= (ulong)(arrived + missing)) break;
            at -= (ulong)(arrived + missing);
        }
        fill[0] = Type;
        fill[CountAt] = (byte)count;
        var units = Math.Min(ushort.MaxValue, (long)delay.TotalMicroseconds / DelayUnitMicroseconds);
        BinaryPrimitives.WriteUInt16LittleEndian(fill[DelayAt..], (ushort)units);
        BinaryPrimitives.WriteUInt32LittleEndian(fill[SessionAt..], session);
        BinaryPrimitives.WriteUInt64LittleEndian(fill[LatestAt..], latest);
        return (RunsAt + (count * RunBytes) + Limits.PaddingMultiple - 1) & ~(Limits.PaddingMultiple - 1);
    }
}
