using System.Globalization;
using System.Text;
using Holdfast.Control;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Health;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Logging;

/// <summary>Keeps each event for <c>holdfast log</c>, and hands it on to be logged: one call of <see cref="Log"/> is both.</summary>
/// <param name="log">Where events are logged.</param>
public sealed class EventRecorder(ILogger log) : ILogger
{
    /// <summary>The last ones.</summary>
    internal EventRing Events { get; } = new();

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => IsKept(logLevel) || log.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsKept(logLevel) && state is IReadOnlyList<KeyValuePair<string, object?>> values)
            Events.Add(EventOf(logLevel, eventId, values, formatter(state, exception)));
        log.Log(logLevel, eventId, state, exception, formatter);
    }

    private static bool IsKept(LogLevel level) => level >= LogLevel.Information;

    private static EngineEvent EventOf(
        LogLevel level, EventId id, IReadOnlyList<KeyValuePair<string, object?>> values, string text)
    {
        var now = Clock.Read();
        return new EngineEvent
        {
            Time = DateTimeOffset.UnixEpoch.AddTicks(now.UnixNanoseconds / TimeSpan.NanosecondsPerTick),
            MonotonicMilliseconds = Math.Round(now.Mono.Nanoseconds / 1e6, 3),
            Level = NameOf(level),
            Part = PartOf(id.Id),
            Event = WordsOf(id.Name ?? ""),
            Tunnel = Find(values, "tunnel"),
            Peer = Find(values, "peer"),
            PublicKey = Find(values, "publicKey"),
            Uplink = Find(values, "uplink"),
            Endpoint = Find(values, "endpoint"),
            From = Find(values, "from"),
            To = Find(values, "to") ?? Find(values, "state"),
            Cause = Find(values, "cause") ?? Find(values, "reason") ?? Find(values, "error"),
            Text = Bounded(text.ReplaceLineEndings(" ")),
        };
    }

    private static string? Find(IReadOnlyList<KeyValuePair<string, object?>> values, string name)
    {
        foreach (var (key, value) in values)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
                return Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? Bounded(text) : null;
        }
        return null;
    }

    private static string Bounded(string text) => text.Length <= EngineLimits.EventText ? text : text[..EngineLimits.EventText];

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };

    private static string PartOf(int id) => id switch
    {
        EventIds.SessionEstablished or EventIds.HandshakeGivenUp => "session",
        EventIds.EndpointChanged or (>= 2200 and < 2300) => "endpoint",
        EventIds.Reloaded or EventIds.ReloadRefused or EventIds.ConfigWarning => "configuration",
        EventIds.PathCarries or EventIds.PathChanged => "path",
        < 2200 => "tunnel",
        < 2400 => "network",
        < 2500 => "state",
        < 2600 => "control",
        < 2700 => "uplink",
        _ => "log",
    };

    /// <summary>PathChanged becomes path-changed.</summary>
    private static string WordsOf(string name)
    {
        var words = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && words.Length > 0) words.Append('-');
            words.Append(char.ToLowerInvariant(letter));
        }
        return words.ToString();
    }
}
