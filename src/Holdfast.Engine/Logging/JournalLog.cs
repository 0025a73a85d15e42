using System.Globalization;
using Holdfast.Linux.Services;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Logging;

/// <summary>
/// Writes events to systemd's journal, with a field for everything that the event's text mentions (docs/systemd.md has
/// the names). What the journal does not take goes to <paramref name="otherwise"/>.
/// </summary>
internal sealed class JournalLog(JournalSocket journal, ILogger otherwise) : ILogger
{
    private const string Prefix = "HOLDFAST_";

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => otherwise.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var entry = new JournalEntry()
            .Add("MESSAGE", formatter(state, exception))
            .Add("PRIORITY", Text(LineLog.Priority(logLevel)))
            .Add("SYSLOG_IDENTIFIER", "holdfast")
            .Add($"{Prefix}EVENT", eventId.Name ?? "")
            .Add($"{Prefix}EVENT_ID", Text(eventId.Id));
        if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            foreach (var (name, value) in values)
            {
                if (name.StartsWith('{')) continue; // {OriginalFormat}: the text before anything was filled in
                entry.Add(Prefix + name.ToUpperInvariant(), Text(value));
            }
        }
        if (!journal.TrySend(entry)) otherwise.Log(logLevel, eventId, state, exception, formatter);
    }

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
