using System.Diagnostics;
using System.Globalization;
using Holdfast.Linux.Services;

namespace Holdfast.Engine.Service;

/// <summary>
/// The service manager that runs this process, systemd mostly: told when the engine is ready, reloads, ends, and that
/// it makes progress (sd_notify(3)). Without a manager nobody is told anything.
/// </summary>
public sealed class ServiceManager : IDisposable
{
    private const string WatchdogVariable = "WATCHDOG_USEC";
    private const string WatchdogProcessVariable = "WATCHDOG_PID";

    private readonly NotifySocket? _socket;
    private volatile bool _isReady;

    private ServiceManager(NotifySocket? socket, TimeSpan? watchdog) => (_socket, Watchdog) = (socket, watchdog);

    /// <summary>A process that nobody manages.</summary>
    public static ServiceManager None { get; } = new(null, null);

    /// <summary>Within this time the manager wants to hear <see cref="IsAlive"/> again; null if it does not
    /// watch.</summary>
    internal TimeSpan? Watchdog { get; }

    /// <summary>
    /// Takes the manager from the environment, and out of it: programs that this one starts are not to speak for it.
    /// </summary>
    public static ServiceManager Take()
    {
        return Of(Take(NotifySocket.Variable), Take(WatchdogVariable), Take(WatchdogProcessVariable));

        static string? Take(string variable)
        {
            var value = Environment.GetEnvironmentVariable(variable);
            Environment.SetEnvironmentVariable(variable, null);
            return value;
        }
    }

    /// <summary>The manager that the variables' values describe.</summary>
    internal static ServiceManager Of(string? socket, string? watchdog, string? watched)
    {
        if (NotifySocket.TryOpen(socket) is not { } open) return None;
        var self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var isWatched = watched is null or "" || watched == self;
        var micros = long.TryParse(watchdog, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0;
        return new ServiceManager(open, isWatched && micros > 0 ? TimeSpan.FromMicroseconds(micros) : null);
    }

    /// <summary>Starting takes so much longer from here. Says nothing once it was ready.</summary>
    internal void StillStarts(TimeSpan patience)
    {
        if (!_isReady) Say($"EXTEND_TIMEOUT_USEC={(long)patience.TotalMicroseconds}");
    }

    /// <summary>Ready, or ready again after <see cref="Reloads"/>; what comes after tells only how things
    /// are.</summary>
    /// <param name="status">One line for people.</param>
    internal void IsReady(string status)
    {
        Say(_isReady ? $"STATUS={status}" : $"READY=1\nSTATUS={status}");
        _isReady = true;
    }

    /// <summary>Not ready yet.</summary>
    /// <param name="status">One line for people: why.</param>
    internal void IsNotReady(string status) => Say($"STATUS={status}");

    /// <summary>The configuration is read again; <see cref="IsReady"/> ends it.</summary>
    internal void Reloads()
    {
        _isReady = false;
        // The moment, by CLOCK_MONOTONIC, is for managers that wait until a reload is done (Type=notify-reload).
        var now = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);
        Say($"RELOADING=1\nMONOTONIC_USEC={now}\nSTATUS=reading the configuration again");
    }

    /// <summary>The end has begun.</summary>
    internal void Stops() => Say("STOPPING=1\nSTATUS=ending");

    /// <summary>All that is to make progress does.</summary>
    internal void IsAlive() => Say("WATCHDOG=1");

    private void Say(string message) => _socket?.Send(message);

    /// <summary>Ends the connection.</summary>
    public void Dispose() => _socket?.Dispose();
}
