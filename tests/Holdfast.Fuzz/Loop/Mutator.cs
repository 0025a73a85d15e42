using System.Buffers.Binary;

namespace Holdfast.Fuzz.Loop;

/// <summary>
/// Changes an input in place, a few changes at once, of bits, numbers, blocks, words and parts of other inputs. Allocates
/// nothing. The same seed makes the same changes.
/// </summary>
internal sealed class Mutator(ulong seed, byte[][] words)
{
    private static readonly long[] Numbers =
    [
        0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, 511, 512, 1023, 1024, 1279, 1280, 4095, 4096,
        32767, 32768, 65507, 65535, 65536, int.MaxValue, 0x80000000, uint.MaxValue, long.MaxValue, long.MinValue, -1, -2,
    ];

    private ulong _state = seed;

    internal int Below(int bound) => (int)((UInt128)Next() * (ulong)bound >> 64);

    /// <summary>Changes the first <paramref name="length"/> bytes of the buffer; returns how many there are then.</summary>
    internal int Mutate(Span<byte> buffer, int length, ReadOnlySpan<byte> other)
    {
        for (var changes = 1 << Below(5); changes > 0; changes--) length = Change(buffer, length, other);
        return length;
    }

    private int Change(Span<byte> buffer, int length, ReadOnlySpan<byte> other)
    {
        if (length == 0) return Insert(buffer, 0, 0, 1 + Below(16), (byte)Next());
        var at = Below(length);
        switch (Below(16))
        {
            case 0 or 1: buffer[at] ^= (byte)(1 << Below(8)); break;
            case 2: buffer[at] = (byte)Next(); break;
            case 3: buffer[at] += (byte)(Below(71) - 35); break;
            case 4: WriteNumber(buffer[at..length]); break;
            case 5: AddToNumber(buffer[at..length]); break;
            case 6: return Remove(buffer, length, at, 1 + Below(Math.Min(length - at, 1 << Below(9))));
            case 7: return Insert(buffer, length, at, 1 + Below(1 << Below(8)), (byte)Next());
            case 8: return Copy(buffer, length, at, buffer[..length]);
            case 9: Overwrite(buffer[..length], at, buffer[..length]); break;
            case 10 or 11 when words.Length > 0: return InsertWord(buffer, length, at);
            case 12 when words.Length > 0: Place(buffer[..length], at, words[Below(words.Length)]); break;
            case 13 when other.Length > 0: return Copy(buffer, length, at, other);
            case 14 when other.Length > 0: Overwrite(buffer[..length], at, other); break;
            case 15: return ChangeDecimal(buffer, length, at);
            default: buffer[at] = (byte)Next(); break;
        }
        return length;
    }

    private void WriteNumber(Span<byte> to)
    {
        var number = Numbers[Below(Numbers.Length)];
        var big = Below(2) == 0;
        switch (Below(4))
        {
            case 3 when to.Length >= 8: Write(to, number, big); break;
            case 2 when to.Length >= 4: Write(to, (int)number, big); break;
            case 1 when to.Length >= 2: Write(to, (short)number, big); break;
            default: to[0] = (byte)number; break;
        }
    }

    private void AddToNumber(Span<byte> to)
    {
        var by = Below(71) - 35;
        var big = Below(2) == 0;
        if (to.Length >= 4 && Below(2) == 0)
            Write(to, by + (big ? BinaryPrimitives.ReadInt32BigEndian(to) : BinaryPrimitives.ReadInt32LittleEndian(to)), big);
        else if (to.Length >= 2)
            Write(to, (short)(by + (big ? BinaryPrimitives.ReadInt16BigEndian(to) : BinaryPrimitives.ReadInt16LittleEndian(to))), big);
        else
            to[0] += (byte)by;
    }

    private static void Write(Span<byte> to, long number, bool big)
    {
        if (big) BinaryPrimitives.WriteInt64BigEndian(to, number);
        else BinaryPrimitives.WriteInt64LittleEndian(to, number);
    }

    private static void Write(Span<byte> to, int number, bool big)
    {
        if (big) BinaryPrimitives.WriteInt32BigEndian(to, number);
        else BinaryPrimitives.WriteInt32LittleEndian(to, number);
    }

    private static void Write(Span<byte> to, short number, bool big)
    {
        if (big) BinaryPrimitives.WriteInt16BigEndian(to, number);
        else BinaryPrimitives.WriteInt16LittleEndian(to, number);
    }

    private static int Remove(Span<byte> buffer, int length, int at, int count)
    {
        buffer[(at + count)..length].CopyTo(buffer[at..]);
        return length - count;
    }

    private static int Insert(Span<byte> buffer, int length, int at, int count, byte value)
    {
        count = Open(buffer, length, at, count);
        buffer.Slice(at, count).Fill(value);
        return length + count;
    }

    private int InsertWord(Span<byte> buffer, int length, int at)
    {
        var word = words[Below(words.Length)];
        var count = Open(buffer, length, at, word.Length);
        word.AsSpan(0, count).CopyTo(buffer[at..]);
        return length + count;
    }

    /// <summary>Inserts a piece of another input, or of this one.</summary>
    private int Copy(Span<byte> buffer, int length, int at, ReadOnlySpan<byte> from)
    {
        var start = Below(from.Length);
        var count = 1 + Below(Math.Min(from.Length - start, 1 << Below(11)));
        Span<byte> piece = stackalloc byte[2048];
        count = Math.Min(count, piece.Length);
        from.Slice(start, count).CopyTo(piece);
        count = Open(buffer, length, at, count);
        piece[..count].CopyTo(buffer[at..]);
        return length + count;
    }

    private void Overwrite(Span<byte> buffer, int at, ReadOnlySpan<byte> from)
    {
        var start = Below(from.Length);
        var count = 1 + Below(Math.Min(from.Length - start, 1 << Below(8)));
        Place(buffer, at, from.Slice(start, count));
    }

    private static void Place(Span<byte> buffer, int at, ReadOnlySpan<byte> piece)
    {
        piece = piece[..Math.Min(piece.Length, buffer.Length - at)];
        piece.CopyTo(buffer[at..]);
    }

    /// <summary>Puts another number where decimal digits stand.</summary>
    private int ChangeDecimal(Span<byte> buffer, int length, int at)
    {
        while (at < length && !char.IsAsciiDigit((char)buffer[at])) at++;
        var end = at;
        while (end < length && char.IsAsciiDigit((char)buffer[end])) end++;
        if (at == end) return length;
        Span<byte> digits = stackalloc byte[24];
        Numbers[Below(Numbers.Length)].TryFormat(digits, out var count);
        length = Remove(buffer, length, at, end - at);
        count = Open(buffer, length, at, count);
        digits[..count].CopyTo(buffer[at..]);
        return length + count;
    }

    /// <summary>Makes room, as much as there can be.</summary>
    private static int Open(Span<byte> buffer, int length, int at, int count)
    {
        count = Math.Min(count, buffer.Length - length);
        buffer[at..length].CopyTo(buffer[(at + count)..]);
        return count;
    }

    // SplitMix64.
    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
