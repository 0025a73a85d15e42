using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Labs;

/// <summary>The lines that a process wrote: the last of them in memory, and (up to a bound) all of them in a
/// file.</summary>
public sealed class LineLog
{
    /// <summary>Lines kept in memory; older ones are forgotten.</summary>
    public const int MostLines = 50_000;

    /// <summary>Characters kept in memory.</summary>
    public const int MostCharacters = 16 * 1024 * 1024;

    /// <summary>Characters written to the file; what follows is left out.</summary>
    public const long MostInFile = 32 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly string? _file;
    private StreamWriter? _writer;
    private string? _last;
    private long _characters, _written;

    internal LineLog(string? file) => _file = file;

    /// <summary>A copy of the lines in memory, oldest first.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    /// <summary>The newest line, or null.</summary>
    public string? Last
    {
        get
        {
            lock (_gate)
                return _last;
        }
    }

    /// <summary>The lines in memory as one text, without the last line's end.</summary>
    public string Text => string.Join('\n', Lines);

    /// <summary>The last lines, for a failure's message.</summary>
    /// <param name="count">How many at most.</param>
    public string Tail(int count = 20) => string.Join('\n', Lines.TakeLast(count));

    internal async Task Follow(StreamReader source, string mark)
    {
        try
        {
            while (await source.ReadLineAsync() is { } line)
                Append(line, mark);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The host ends before a process in it does that inherited the pipe: nothing more will come.
            Append($"(reading ended: {e.Message})", mark);
        }
    }

    internal void Append(string line, string mark)
    {
        lock (_gate)
        {
            _lines.Enqueue(_last = line);
            _characters += line.Length;
            while (_lines.Count > MostLines || _characters > MostCharacters)
                _characters -= _lines.Dequeue().Length;
            Write(line, mark);
        }
    }

    internal void Close()
    {
        lock (_gate)
        {
            _writer?.Dispose();
            _writer = null;
            _written = MostInFile;
        }
    }

    private void Write(string line, string mark)
    {
        if (_file is null || _written >= MostInFile)
            return;
        _writer ??= new StreamWriter(_file, append: true) { AutoFlush = true };
        var time = _watch.Elapsed.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
        _writer.WriteLine($"{time,9} {mark} {line}");
        _written += line.Length;
    }
}
