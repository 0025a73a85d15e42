using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Logging;

/// <summary>Writes log lines to a text stream, one line an event: time, level, text. The journal knows the time itself, and takes
/// the level as a prefix (sd-daemon(3)).</summary>
internal sealed class LineLog(TextWriter output, LogLevel least, bool toJournal = false) : ILogger
{
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
        var line = toJournal
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

    /// <summary>The level as syslog(3) counts.</summary>
    internal static int Priority(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => 7,
        LogLevel.Information => 6,
        LogLevel.Warning => 4,
        _ => 3,
    };
}
