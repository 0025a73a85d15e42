using Holdfast.Engine.Api;

namespace Holdfast.Fuzz.Targets;

/// <summary>
/// How both sockets take lines out of a stream that comes in pieces: the same as splitting it whole, up to a line that is too long.
/// </summary>
internal sealed class LinesTarget : Target
{
    private const int Longest = 24;

    internal override string Name => "lines";

    internal override int LongestInput => 512;

    internal override IEnumerable<byte[]> Dictionary => Text.Words("\n", "\n\n", "\r\n", "0123456789012345678901234\n");

    internal override IEnumerable<byte[]> Seeds => Text.Words("\x05get=1\n\nset=1\nlisten_port=5\n\n", "\x01\x01\n\n\nabc", "\x20 01234567890123456789012345\n");

    /// <summary>The first byte is the size of pieces.</summary>
    internal override void Read(ReadOnlySpan<byte> input)
    {
        if (input.Length < 1) return;
        var (piece, stream, at) = (1 + (input[0] & 31), input[1..].ToArray(), 0);
        using var lines = new LineReader(Receive, Longest);
        var expected = 0;
        while (true)
        {
            var reading = lines.ReadAsync(CancellationToken.None);
            if (!reading.IsCompletedSuccessfully) throw new FindingException("reading waits for what is there");
            if (!reading.Result) break;
            var end = Array.IndexOf(stream, (byte)'\n', expected);
            Require(end >= 0 && lines.Line.SequenceEqual(stream.AsSpan(expected..end)), "another line");
            expected = end + 1;
            Require(lines.Consumed == expected && lines.Line.Length <= Longest, "wrongly counted");
        }
        var rest = stream.AsSpan(expected).IndexOf((byte)'\n');
        var tooLong = rest < 0 ? stream.Length - expected > Longest : rest > Longest;
        Require(lines.WasTooLong == tooLong && (rest < 0 || tooLong), "ended too early, or for another reason");

        ValueTask<int> Receive(Memory<byte> fill, CancellationToken cancel)
        {
            Require(fill.Length > 0, "receives into nothing");
            var count = Math.Min(Math.Min(piece, fill.Length), stream.Length - at);
            stream.AsMemory(at, count).CopyTo(fill);
            at += count;
            return ValueTask.FromResult(count);
        }
    }
}
