namespace Holdfast.Protocol.Peers;

/// <summary>
/// Which counters were seen: the highest, and a bitmap of those behind it (RFC 6479: a ring of words, one more than the window
/// needs, so that moving on clears whole words).
/// </summary>
internal sealed class ReplayWindow
{
    private readonly ulong[] _words;
    private readonly ulong _width;
    private ulong _next; // one above the highest counter accepted

    /// <summary>A window of so many messages, a multiple of 64.</summary>
    internal ReplayWindow(int bits)
    {
        _width = (ulong)bits;
        _words = new ulong[(bits / 64) + 1];
    }

    /// <summary>Whether <see cref="Accept"/> would refuse, without changing anything.</summary>
    internal bool Refuses(ulong counter)
    {
        if (counter >= _next) return false;
        return _next - counter > _width || (_words[WordOf(counter)] & BitOf(counter)) != 0;
    }

    /// <summary>Marks a counter as seen. <see cref="Drop.Replayed"/> if it was, or if it is too old to tell.</summary>
    internal Drop Accept(ulong counter)
    {
        if (counter >= _next)
        {
            Advance(counter);
        }
        else if (_next - counter > _width)
        {
            return Drop.Replayed;
        }
        ref var word = ref _words[WordOf(counter)];
        var bit = BitOf(counter);
        if ((word & bit) != 0) return Drop.Replayed;
        word |= bit;
        return Drop.None;
    }

    private void Advance(ulong counter)
    {
        // Words between the old top and the new hold counters of a round ago.
        var from = _next == 0 ? ulong.MaxValue : (_next - 1) / 64;
        var words = Math.Min((counter / 64) - from, (ulong)_words.Length);
        for (var i = 1UL; i <= words; i++) _words[(int)(((counter / 64) - words + i) % (ulong)_words.Length)] = 0;
        _next = counter + 1;
    }

    private int WordOf(ulong counter) => (int)(counter / 64 % (ulong)_words.Length);

    private static ulong BitOf(ulong counter) => 1UL << (int)(counter % 64);
}
