using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Logging;

/// <summary>Writes log lines to a text stream, one line an event: time, level, text. Under systemd the journal knows the time,
/// and the level is its prefix (sd-daemon(3)).</summary>
public sealed class LineLog(TextWriter output, LogLevel least) : ILogger
{
    private static readonly bool ToJournal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };

    private readonly Lock _writing = new();

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var text = formatter(state, exception).ReplaceLineEndings(" ");
        var line = ToJournal
            ? $"<{Priority(logLevel)}>{text}"
            : string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {Word(logLevel)} {text}");
        lock (_writing) output.WriteLine(line);
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        _ => "error",
    };

    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => 7,
        LogLevel.Information => 6,
        LogLevel.Warning => 4,
        _ => 3,
    };
}
