using System.Buffers.Binary;
using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol.Frames;

/// <summary>
/// The frame that says which messages of a session arrived: a bit for each, from the latest one down. What lies below the last bit
/// is not said.
/// </summary>
internal readonly ref struct Acknowledgement
{
    internal const byte Type = 0x13;

    /// <summary>Words of one frame: with more messages between the latest and the lowest, the lowest are left away.</summary>
    internal const int MaximumWords = 128;

    /// <summary>The longest frame.</summary>
    internal const int MaximumBytes = (WordsAt + (MaximumWords * WordBytes) + Limits.PaddingMultiple - 1) & ~(Limits.PaddingMultiple - 1);

    /// <summary>Messages that a word speaks of.</summary>
    internal const int MessagesPerWord = 64;

    private const int CountAt = 1;
    private const int DelayAt = 2;
    private const int SessionAt = 4;
    private const int LatestAt = 8;
    private const int NewestAt = 16;
    private const int ClockAt = 20;
    private const int WordsAt = 24;
    private const int WordBytes = 8;
    private const int DelayUnitMicroseconds = 16;

    private readonly ReadOnlySpan<byte> _words;

    private Acknowledgement(uint session, ulong latest, ulong newest, TimeSpan delay, uint clock, ReadOnlySpan<byte> words)
    {
        (Session, Latest, Newest, Delay, Clock) = (session, latest, newest, delay, clock);
        _words = words;
    }

    /// <summary>The session: the first of the receiver indices by which its messages came.</summary>
    internal uint Session { get; }

    /// <summary>The highest counter that arrived.</summary>
    internal ulong Latest { get; }

    /// <summary>The counter that arrived last. Nobody's, if it is above the latest.</summary>
    internal ulong Newest { get; }

    /// <summary>How long ago that was.</summary>
    internal TimeSpan Delay { get; }

    /// <summary>When this was said, by the clock of the end that says it, in us; only differences count.</summary>
    internal uint Clock { get; }

    /// <summary>Words that follow.</summary>
    internal int Count => _words.Length / WordBytes;

    /// <summary>A word: of the counters from <see cref="Latest"/> - 64 * <paramref name="index"/> down, the highest bit first.</summary>
    internal ulong Word(int index) => BinaryPrimitives.ReadUInt64LittleEndian(_words[(index * WordBytes)..]);

    /// <summary>Reads one. False if it is another frame, or no good.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> borrowed, out Acknowledgement acknowledgement)
    {
        acknowledgement = default;
        if (borrowed.Length < WordsAt || borrowed[0] != Type) return false;
        var bytes = borrowed[CountAt] * WordBytes;
        if (borrowed[CountAt] is 0 or > MaximumWords || borrowed.Length < WordsAt + bytes) return false;
        var latest = BinaryPrimitives.ReadUInt64LittleEndian(borrowed[LatestAt..]);
        acknowledgement = new Acknowledgement(
            BinaryPrimitives.ReadUInt32LittleEndian(borrowed[SessionAt..]),
            latest,
            latest - BinaryPrimitives.ReadUInt32LittleEndian(borrowed[NewestAt..]),
            TimeSpan.FromMicroseconds(BinaryPrimitives.ReadUInt16LittleEndian(borrowed[DelayAt..]) * DelayUnitMicroseconds),
            BinaryPrimitives.ReadUInt32LittleEndian(borrowed[ClockAt..]),
            borrowed.Slice(WordsAt, bytes));
        return true;
    }

    /// <summary>Fills a frame, padded, with what a window has seen from its latest message down to <paramref name="lowest"/>, and
    /// returns its length; 0 if nothing arrived yet.</summary>
    internal static int Write(
        uint session, ReplayWindow window, ulong lowest, ulong newest, TimeSpan delay, uint clock, Span<byte> fill)
    {
        if (!window.TryLatest(out var latest)) return 0;
        var count = (int)Math.Min((latest - Math.Min(latest, lowest)) / MessagesPerWord, MaximumWords - 1) + 1;
        var length = (WordsAt + (count * WordBytes) + Limits.PaddingMultiple - 1) & ~(Limits.PaddingMultiple - 1);
        fill[..length].Clear();
        fill[0] = Type;
        fill[CountAt] = (byte)count;
        var units = Math.Min(ushort.MaxValue, (long)delay.TotalMicroseconds / DelayUnitMicroseconds);
        BinaryPrimitives.WriteUInt16LittleEndian(fill[DelayAt..], (ushort)units);
        BinaryPrimitives.WriteUInt32LittleEndian(fill[SessionAt..], session);
        BinaryPrimitives.WriteUInt64LittleEndian(fill[LatestAt..], latest);
        BinaryPrimitives.WriteUInt32LittleEndian(fill[NewestAt..], (uint)Math.Min(uint.MaxValue, latest - newest));
        BinaryPrimitives.WriteUInt32LittleEndian(fill[ClockAt..], clock);
        for (var i = 0; i < count; i++)
        {
            var seen = window.SeenUpTo(latest - ((ulong)i * MessagesPerWord));
            BinaryPrimitives.WriteUInt64LittleEndian(fill[(WordsAt + (i * WordBytes))..], seen);
        }
        return length;
    }
}
