using System.Collections;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Logging;

/// <summary>Adds to every event of a tunnel the tunnel's name, as a value; the texts stay as they are.</summary>
internal sealed class TunnelLog(ILogger log, string tunnel) : ILogger
{
    private const string Key = "Tunnel";

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => log.BeginScope(state);

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!log.IsEnabled(logLevel)) return;
        if (state is IReadOnlyList<KeyValuePair<string, object?>> values && values.All(v => v.Key != Key))
            log.Log(logLevel, eventId, new Named(values, tunnel), exception, (_, e) => formatter(state, e));
        else
            log.Log(logLevel, eventId, state, exception, formatter);
    }

    private sealed class Named(IReadOnlyList<KeyValuePair<string, object?>> values, string tunnel)
        : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => values.Count + 1;

        public KeyValuePair<string, object?> this[int index] => index < values.Count ? values[index] : new(Key, tunnel);

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
            values.Append(new(Key, tunnel)).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
