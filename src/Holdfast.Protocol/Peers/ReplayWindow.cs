namespace Holdfast.Protocol.Peers;

/// <summary>
/// Which counters were seen: the highest, and a bitmap of those behind it (RFC 6479: a ring of words, one more than the window
/// needs, so that moving on clears whole words).
/// </summary>
internal sealed class ReplayWindow
{
    private ulong[] _words;
    private ulong _width;
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

    /// <summary>Makes it wider, to a multiple of 64; what fell out of it before stays refused.</summary>
    internal void Widen(int bits)
    {
        if ((ulong)bits <= _width) return;
        var wider = new ulong[(bits / 64) + 1];
        if (_next > 0)
        {
            Array.Fill(wider, ulong.MaxValue); // those ahead are cleared when they are reached
            var oldest = _next > _width ? _next - _width : 0;
            for (var word = oldest / 64; word <= (_next - 1) / 64; word++)
                wider[(int)(word % (ulong)wider.Length)] = _words[(int)(word % (ulong)_words.Length)];
            wider[(int)(oldest / 64 % (ulong)wider.Length)] |= BitOf(oldest) - 1;
        }
        (_words, _width) = (wider, (ulong)bits);
    }

    /// <summary>The highest counter accepted; false before the first.</summary>
    internal bool TryLatest(out ulong counter)
    {
        counter = _next - 1;
        return _next > 0;
    }

    /// <summary>Whether a counter of the window was accepted.</summary>
    internal bool HasSeen(ulong counter) =>
        counter < _next && _next - counter <= _width && (_words[WordOf(counter)] & BitOf(counter)) != 0;

    /// <summary>Which of the 64 counters up to this one were accepted: the highest bit is its own. What is older than the window
    /// was not.</summary>
    internal ulong SeenUpTo(ulong counter)
    {
        if (counter >= _next || _next - counter > _width) return 0;
        var above = 63 - (int)(counter % 64); // of its word
        var seen = _words[WordOf(counter)] << above;
        if (above > 0 && counter >= 64) seen |= _words[WordOf(counter - 64)] >> (64 - above);
        var below = counter + _width - _next; // of the window
        return below >= 63 ? seen : seen & (ulong.MaxValue << (63 - (int)below));
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
