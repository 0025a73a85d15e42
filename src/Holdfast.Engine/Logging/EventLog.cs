using Holdfast.Linux.Services;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Logging;

/// <summary>Where an engine's events go: to the journal with their fields if standard error goes there, else line by
/// line; and to <c>holdfast log</c>.</summary>
public static class EventLog
{
    /// <summary>Opens it for the life of this process.</summary>
    /// <param name="errors">Standard error.</param>
    /// <param name="least">What is less than this is not logged.</param>
    public static EventRecorder Open(TextWriter errors, LogLevel least)
    {
        var lines = new LineLog(errors, least, JournalStream.IsStandardError);
        return new EventRecorder(JournalStream.IsStandardError ? new JournalLog(new JournalSocket(), lines) : lines);
    }
}
