using System.Security.Cryptography;

namespace Holdfast.Engine.Api;

/// <summary>
/// Reads lines of a bounded length from a client. Lines may hold keys, so what was read is zeroed afterwards.
/// </summary>
internal sealed class LineReader(LineReader.Receiver receive, int longest) : IDisposable
{
    /// <summary>Fills memory with what comes next, and returns how much that is; 0 at the end.</summary>
    internal delegate ValueTask<int> Receiver(Memory<byte> fill, CancellationToken cancel);

    private readonly byte[] _buffer = new byte[longest + 1];
    private int _start;
    private int _end;
    private int _next;

    /// <summary>The line that was read, without its line feed. Valid until the next one is read.</summary>
    internal ReadOnlySpan<byte> Line => _buffer.AsSpan(_start, _next - _start - 1);

    /// <summary>Whether reading ended because a line was longer than allowed.</summary>
    internal bool WasTooLong { get; private set; }

    /// <summary>Bytes of all lines so far.</summary>
    internal long Consumed { get; private set; }

    /// <summary>
    /// Reads the next line; false at the end of the stream or at a line that is too long. What stands behind the last
    /// line feed is no line.
    /// </summary>
    internal async ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        _start = _next;
        for (var scanned = _start; ;)
        {
            var at = _buffer.AsSpan(scanned, _end - scanned).IndexOf((byte)'\n');
            if (at >= 0)
            {
                _next = scanned + at + 1;
                Consumed += _next - _start;
                return true;
            }
            if (_start > 0) MakeRoom();
            WasTooLong = _end == _buffer.Length;
            if (WasTooLong) return false;
            scanned = _end;
            var count = await receive(_buffer.AsMemory(_end), cancel).ConfigureAwait(false);
            if (count == 0) return false;
            _end += count;
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);

    private void MakeRoom()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        CryptographicOperations.ZeroMemory(_buffer.AsSpan(_end - _start, _start));
        _end -= _start;
        (_start, _next) = (0, 0);
    }
}
