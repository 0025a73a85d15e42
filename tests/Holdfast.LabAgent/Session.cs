using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Labs;

namespace Holdfast.LabAgents;

/// <summary>
/// A TCP session with an echo server: sends lines whose every byte its number tells, compares what comes back with them, and takes
/// the time that each was away.
/// </summary>
internal sealed class Session : IDisposable
{
    private const int MostBytes = 1200;

    // What a session does: the pause between bunches of lines, and how many lines are in one. The quiet ones say nothing for longer
    // than any fault lasts.
    private static readonly (string Name, TimeSpan Pause, int Lines)[] Habits =
    [
        ("busy", TimeSpan.FromMilliseconds(20), 1), ("brisk", TimeSpan.FromMilliseconds(250), 1),
        ("in bunches", TimeSpan.FromSeconds(5), 40), ("quiet", TimeSpan.FromSeconds(25), 1),
    ];

    private readonly Socket _connection = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly int _number;
    private readonly Lock _gate = new();

    // --- under the lock ------------------------------------------------------------------------------------
    private readonly Queue<long> _away = new(); // when each line went that is not back yet
    private long _lines;
    private long _total = long.MaxValue; // known once the last line is sent
    private TimeSpan _longest;
    private DateTimeOffset _longestFrom;
    private string? _error;

    private Session(int number) => _number = number;

    /// <summary>How it goes.</summary>
    public SessionProgress Progress
    {
        get
        {
            lock (_gate)
            {
                var waiting = _away.TryPeek(out var since) ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero;
                var (longest, from) = waiting > _longest ? (waiting, DateTimeOffset.UtcNow - waiting) : (_longest, _longestFrom);
                return new SessionProgress(_number, Habits[_number % Habits.Length].Name, _lines, longest.TotalMilliseconds, from,
                    waiting.TotalMilliseconds, _error);
            }
        }
    }

    public static async Task<Session> Open(IPEndPoint server, int number, CancellationToken stop)
    {
        var session = new Session(number);
        await session._connection.ConnectAsync(server, stop);
        return session;
    }

    /// <summary>Lives until it is stopped, or broken.</summary>
    public async Task Run(CancellationToken stop)
    {
        try
        {
            Task[] both = [Send(stop), Check()];
            await await Task.WhenAny(both);
            await Task.WhenAll(both);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            lock (_gate)
                _error = e.Message;
            _connection.Dispose(); // ends the other half
        }
    }

    public void Dispose() => _connection.Dispose();

    private async Task Send(CancellationToken stop)
    {
        var (_, pause, lines) = Habits[_number % Habits.Length];
        var line = new byte[MostBytes];
        var sent = 0L;
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < lines; i++)
                await SendLine(line, sent++);
            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        lock (_gate)
            _total = sent + 1; // before the last line is back
        await SendLine(line, sent);
    }

    private async Task SendLine(byte[] fill, long number)
    {
        var length = Write(fill, number);
        lock (_gate)
            _away.Enqueue(Stopwatch.GetTimestamp());
        for (var sent = 0; sent < length;)
            sent += await _connection.SendAsync(fill.AsMemory(sent, length - sent), CancellationToken.None);
    }

    private async Task Check()
    {
        var (expected, got) = (new byte[MostBytes], new byte[MostBytes]);
        for (var number = 0L; number < Total(); number++)
        {
            var length = Write(expected, number);
            for (var read = 0; read < length;)
            {
                var count = await _connection.ReceiveAsync(got.AsMemory(read, length - read), CancellationToken.None);
                read += count > 0 ? count : throw new IOException("the far end closed the connection");
            }
            var wrong = got.AsSpan(0, length).CommonPrefixLength(expected.AsSpan(0, length));
            if (wrong < length)
                throw new IOException($"byte {wrong} of line {number} came back as 0x{got[wrong]:x2}, not 0x{expected[wrong]:x2}");
            CameBack();
        }
    }

    private long Total()
    {
        lock (_gate)
            return _total;
    }

    private void CameBack()
    {
        lock (_gate)
        {
            var away = Stopwatch.GetElapsedTime(_away.Dequeue());
            if (away > _longest)
                (_longest, _longestFrom) = (away, DateTimeOffset.UtcNow - away);
            _lines++;
        }
    }

    // Session and number, then letters that depend on both, up to a length that does.
    private int Write(byte[] fill, long number)
    {
        var length = Encoding.ASCII.GetBytes($"{_number} {number} ", fill);
        var end = length + (int)((number * 7919 + _number * 104_729) % (MostBytes - 64));
        for (var letter = number * 31 + _number; length < end; letter += 7)
            fill[length++] = (byte)('a' + letter % 26);
        fill[length++] = (byte)'\n';
        return length;
    }
}
